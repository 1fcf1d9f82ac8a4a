import { problemIn } from '../as-code/content.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Step as SimulatedStep } from '../simulator/steps.ts';
import type { Coverage } from './coverage.ts';
import { type PreparedTest, prepare, type Worlds } from './prepare.ts';
import type { FileResult, TestResult } from './result.ts';
import { runTest, type TestRun } from './run-test.ts';
import { TestThreads } from './threads.ts';

export interface RunOptions {
  readonly catalogue: ActionCatalogue;
  /** Only tests whose names have this in them. */
  readonly filter?: string | undefined;
  /** No test after the first that fails. */
  readonly isBailing?: boolean | undefined;
  readonly coverage?: Coverage | undefined;
  /** Of how many processors is use made; all that there are unless given. */
  readonly processors?: number | undefined;
  /** What happened, as people read it. */
  readonly storyOf: (steps: readonly SimulatedStep[]) => readonly string[];
  /** Told of each file when it is done, in order. */
  readonly onFile?: ((file: FileResult) => void) | undefined;
}

export interface RunResult {
  readonly files: readonly FileResult[];
  /** What is wrong with the files, each with its place: nothing was run then. */
  readonly problems: readonly string[];
}

interface Prepared {
  readonly file: string;
  readonly tests: readonly PreparedTest[];
}

/** Runs files of tests, and tells of them in their order; many of them on all processors. */
export async function runTests(files: readonly string[], options: RunOptions): Promise<RunResult> {
  const worlds: Worlds = new Map();
  const prepared: Prepared[] = [];
  const problems: string[] = [];
  for (const file of files) {
    try {
      const { tests, problems: wrong } = await prepare(file, worlds, options);
      prepared.push({ file, tests });
      problems.push(...wrong);
    } catch (error) {
      problems.push(problemIn(file, error));
    }
  }
  if (problems.length > 0) return { files: [], problems: [...new Set(problems)] };
  const results: FileResult[] = [];
  const names = prepared.map(({ file, tests }) => ({ file, names: tests.map(({ test }) => test.name) }));
  await using threads = TestThreads.start(names, options.processors);
  for (const each of prepared) {
    const result = await runFile(each, options, threads);
    results.push(result);
    options.onFile?.(result);
    if (options.isBailing && result.tests.some(({ failures }) => failures.length > 0)) break;
  }
  return { files: results, problems: [] };
}

async function runFile(
  { file, tests }: Prepared,
  { catalogue, coverage, isBailing, storyOf }: RunOptions,
  threads: TestThreads | undefined,
): Promise<FileResult> {
  const results: TestResult[] = [];
  let took = 0;
  const runs = threads?.runsOf(file) ?? inTurn(tests, catalogue);
  for await (const { result, steps, hits, took: time } of runs) {
    coverage?.add(hits);
    took += time;
    const isFailed = result.failures.length > 0;
    results.push({ ...result, story: isFailed ? storyOf(steps) : [] });
    if (isBailing && isFailed) break;
  }
  return { file, tests: results, took };
}

async function* inTurn(tests: readonly PreparedTest[], catalogue: ActionCatalogue): AsyncGenerator<TestRun> {
  for (const test of tests) yield await runTest(test, catalogue);
}
