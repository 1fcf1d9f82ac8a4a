/**
 * `npm test`: everything that decides whether a change lands, the quick checks first. `--soak` runs the slow suites at full
 * counts instead. The last line says how many checks passed and failed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** A static check: one test. */
async function check(name: string, command: string, ...args: readonly string[]): Promise<Counts> {
  console.log(`\n# ${name}`);
  const isGood = (await run(command, args)) === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
}

/** One vitest project. A run that broke off, or found no test, counts as one failure. */
async function suite(project: string, env: Readonly<Record<string, string>> = {}): Promise<Counts> {
  console.log(`\n# ${project}`);
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

async function* everything(): AsyncGenerator<Counts> {
  yield await check('lint and format', 'biome', 'check', '--error-on-warnings', '.');
  yield await check('types', 'tsc', '-p', 'tsconfig.json');
  for (const project of ['unit', 'contract', 'integration', 'e2e']) yield await suite(project);
}

async function* soak(): AsyncGenerator<Counts> {
  for (const project of ['unit', 'contract', 'integration', 'e2e'])
    yield await suite(project, { ARIFLOW_TEST_SCALE: 'full' });
}

let total: Counts = { passed: 0, failed: 0 };
for await (const { passed, failed } of process.argv.includes('--soak') ? soak() : everything()) {
  total = { passed: total.passed + passed, failed: total.failed + failed };
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
