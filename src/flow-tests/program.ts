import { serve } from '../core/thread-program.ts';
import { loadActions } from '../flows/load-actions.ts';
import { type PreparedTest, prepare, type Worlds } from './prepare.ts';
import { runTest, type TestRun } from './run-test.ts';

// A thread that runs tests; threads.ts starts it.

export interface TestJob {
  readonly file: string;
  /** Of its tests. */
  readonly names: readonly string[];
}

const catalogue = await loadActions();
const worlds: Worlds = new Map();
const files = new Map<string, Promise<ReadonlyMap<string, PreparedTest>>>();

const besideNothing = { hasCalls: false };

serve(async ({ file, names }: TestJob): Promise<readonly TestRun[]> => {
  const reading = files.get(file) ?? testsIn(file);
  files.set(file, reading);
  const tests = await reading;
  const runs: TestRun[] = [];
  for (const name of names) {
    const test = tests.get(name);
    if (test) runs.push(await runTest(test, catalogue));
  }
  return runs;
}, besideNothing);

async function testsIn(file: string): Promise<ReadonlyMap<string, PreparedTest>> {
  const { tests } = await prepare(file, worlds, { catalogue });
  return new Map(tests.map((each) => [each.test.name, each]));
}
