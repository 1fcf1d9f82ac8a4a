/**
 * `npm test`: everything that decides whether a change lands. What waits for sound has the processor first, and what computes fills the
 * gaps; files in which something failed then run once more by themselves. `--soak` runs the suites at full counts instead, `--busy` beside
 * loops that keep every core busy, both one after the other.
 * The last line says how many checks passed and failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Share } from './shares.ts';
import { setup as build } from './support/built.ts';
import { busyLoops } from './support/busy-loops.ts';
import { type RunOptions, runProgram } from './support/child-run.ts';
import { type Counts, onceMore } from './support/once-more.ts';

/** A static check: one test. */
async function check(name: string, [command = '', ...args]: readonly string[], options: RunOptions) {
  const isGood = (await runProgram(command, args, options)) === 0;
  console.log(`# ${name}: ${isGood ? 'good' : 'failed'}\n`);
  return isGood
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [{ text: name }] };
}

/** Projects of vitest, side by side, or some files of theirs. A run that broke off, or found no test, counts as one failure. */
async function suite(
  projects: readonly string[],
  options: RunOptions,
  files: readonly string[] = [],
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-test-'));
  const report = join(folder, 'report.json');
  try {
    const names = projects.flatMap((project) => ['--project', project]);
    const args = ['run', '--config', 'test/vitest.config.ts', ...names, ...files];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const env = { ...compiled, ...options.env };
    const code = await runProgram('vitest', [...args, ...reporters], { ...options, env });
    const counts = countsOf(report);
    const isBroken = counts.passed + counts.failed === 0 || (code !== 0 && counts.failed === 0);
    if (!isBroken) return counts;
    const brokeOff = { text: `${projects.join(' and ')} broke off` };
    return { ...counts, failed: counts.failed + 1, failures: [...counts.failures, brokeOff] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is read of vitest's own report. */
interface Report {
  readonly numPassedTests?: number;
  readonly numFailedTests?: number;
  readonly testResults?: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function countsOf(path: string): Counts {
  let report: Report = {};
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    // It broke off before it could write one.
  }
  const { numPassedTests: passed = 0, numFailedTests: failed = 0, testResults = [] } = report;
  const failures = testResults.flatMap(({ name, assertionResults }) => {
    const file = relative(import.meta.dirname, name);
    return assertionResults
      .filter(({ status }) => status === 'failed')
      .map((one) => ({ file, text: `${file}: ${one.fullName}\n  ${one.failureMessages[0]}` }));
  });
  return { passed, failed, failures };
}

/** What loads all of a daemon a thousand times over need not compile it each time. */
const compiled = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/ariflow-test-compiled'),
};

const computing = ['unit', 'contract'];
const withAsterisk = (share: Share, scale: Scale = {}): Promise<Counts> =>
  suite(['integration', 'e2e'], { env: { ...scale, ARIFLOW_TEST_SHARE: share } });

type Scale = Readonly<Record<string, string>>;

async function everything(): Promise<readonly Counts[]> {
  const aside = { isAside: true };
  const computed = async (): Promise<readonly Counts[]> => [
    await check('lint and format', ['biome', 'check', '--error-on-warnings', '.'], aside),
    await check('types', ['tsc', '-p', 'tsconfig.json'], aside),
    await check('types of the page', ['tsc', '-p', 'src/console'], aside),
    await suite(computing, aside),
  ];
  const [first, together] = await Promise.all([computed(), withAsterisk('together')]);
  const all = [...first, together, await withAsterisk('alone')];
  return onceMore(all, (files) => suite([...computing, 'integration', 'e2e'], {}, files));
}

async function suites(scale: Scale): Promise<readonly Counts[]> {
  const computed = await suite(computing, { env: scale });
  return [computed, await withAsterisk('together', scale), await withAsterisk('alone', scale)];
}

async function busy(): Promise<readonly Counts[]> {
  using _ = busyLoops();
  return await suites({ ARIFLOW_TEST_SCALE: 'busy' });
}

function wanted(): Promise<readonly Counts[]> {
  if (process.argv.includes('--soak')) return suites({ ARIFLOW_TEST_SCALE: 'full' });
  return process.argv.includes('--busy') ? busy() : everything();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await build(); // once: suites side by side would both do it
const all = await wanted();
for (const { text } of all.flatMap(({ failures }) => failures)) console.log(`\n# failed: ${text}`);
const sum = (kind: 'passed' | 'failed'): number => all.reduce((total, counts) => total + counts[kind], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
