/**
 * `npm test`: everything that decides whether a change lands, the quick checks first. `--soak` runs the suites at full counts
 * instead, `--busy` beside loops that keep every core busy. The last line says how many checks passed and failed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyLoops } from './support/busy-loops.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

/** Runs a program to its end, its output going where ours goes. */
function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(join(bin, command), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const endWithUs = (): void => void child.kill();
  process.once('exit', endWithUs);
  return new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 1));
  }).finally(() => process.off('exit', endWithUs));
}

/** A static check: one test. */
async function check(name: string, command: string, ...args: readonly string[]): Promise<Counts> {
  console.log(`\n# ${name}`);
  const isGood = (await run(command, args)) === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
}

/** One vitest project. A run that broke off, or found no test, counts as one failure. */
async function suite(project: string, env: Readonly<Record<string, string>> = {}): Promise<Counts> {
  console.log(`\n# ${project}${env.ARIFLOW_TEST_SHARE === 'alone' ? ', one by one' : ''}`);
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-test-'));
  const report = join(folder, 'report.json');
  try {
    const options = ['--config', 'test/vitest.config.ts', '--project', project];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await run('vitest', ['run', ...options, ...reporters], env);
    const counts = countsOf(report);
    const isBroken = counts.passed + counts.failed === 0 || (code !== 0 && counts.failed === 0);
    return isBroken ? { ...counts, failed: counts.failed + 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countsOf(report: string): Counts {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<
      string,
      number
    >; // vitest's own
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

async function* suites(env: Readonly<Record<string, string>> = {}): AsyncGenerator<Counts> {
  for (const project of ['unit', 'contract']) yield await suite(project, env);
  for (const share of ['together', 'alone'])
    for (const project of ['integration', 'e2e'])
      yield await suite(project, { ...env, ARIFLOW_TEST_SHARE: share });
}

async function* everything(): AsyncGenerator<Counts> {
  yield await check('lint and format', 'biome', 'check', '--error-on-warnings', '.');
  yield await check('types', 'tsc', '-p', 'tsconfig.json');
  yield* suites();
}

async function* busy(): AsyncGenerator<Counts> {
  using _ = busyLoops();
  yield* suites({ ARIFLOW_TEST_SCALE: 'busy' });
}

function wanted(): AsyncGenerator<Counts> {
  if (process.argv.includes('--soak')) return suites({ ARIFLOW_TEST_SCALE: 'full' });
  return process.argv.includes('--busy') ? busy() : everything();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
let total: Counts = { passed: 0, failed: 0 };
for await (const { passed, failed } of wanted()) {
  total = { passed: total.passed + passed, failed: total.failed + failed };
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
