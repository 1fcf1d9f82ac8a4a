import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { problemIn, textOf } from '../as-code/content.ts';
import { realClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Step as SimulatedStep } from '../simulator/steps.ts';
import type { Coverage } from './coverage.ts';
import { judge } from './judge.ts';
import { play } from './play.ts';
import { type FlowTest, readTests } from './read-tests.ts';
import type { FileResult, TestResult } from './result.ts';
import { readWorld, type World, type WorldGiven } from './world.ts';

export interface RunOptions {
  readonly catalogue: ActionCatalogue;
  /** Only tests whose names have this in them. */
  readonly filter?: string | undefined;
  /** No test after the first that fails. */
  readonly isBailing?: boolean | undefined;
  readonly coverage?: Coverage | undefined;
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
  readonly tests: readonly { readonly test: FlowTest; readonly world: World }[];
}

/** Runs files of tests, in their order. */
export async function runTests(files: readonly string[], options: RunOptions): Promise<RunResult> {
  const worlds = new Map<string, Promise<World>>();
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
  for (const each of prepared) {
    const result = await runFile(each, options);
    results.push(result);
    options.onFile?.(result);
    if (options.isBailing && result.tests.some(({ failures }) => failures.length > 0)) break;
  }
  return { files: results, problems: [] };
}

/** Bytes of a file that is read at all. */
const largest = 4_194_304;

async function prepare(
  file: string,
  worlds: Map<string, Promise<World>>,
  { catalogue, filter = '', coverage }: RunOptions,
): Promise<Omit<Prepared, 'file'> & { readonly problems: readonly string[] }> {
  const { size } = await stat(file);
  if (size > largest) throw new Error('longer than 4 MiB: better several files of tests');
  const read = readTests(textOf(await readFile(file)));
  const problems = read.problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const tests: { test: FlowTest; world: World }[] = [];
  for (const test of problems.length > 0 ? [] : read.tests) {
    const given = await worldGiven(test, file);
    const key = JSON.stringify(given);
    const reading = worlds.get(key) ?? readWorld(given, catalogue);
    worlds.set(key, reading);
    const place = (path: readonly PropertyKey[]): string => {
      const { line, column } = test.placeOf(path);
      return `${file}:${line}:${column}`;
    };
    const world = await reading.catch((error: unknown) => messageOf(error));
    if (typeof world === 'string') problems.push(`${place(['given', 'folder'])}: ${world}`);
    else if (world.problems.length > 0) problems.push(...world.problems);
    else
      try {
        world.flowOf(test.given);
        if (coverage) world.show(coverage);
        if (test.name.includes(filter)) tests.push({ test, world });
      } catch (error) {
        problems.push(
          `${place(['given', test.given.dials === undefined ? 'flow' : 'dials'])}: ${messageOf(error)}`,
        );
      }
  }
  return { tests, problems };
}

/** A `tests` folder lies in the folder that its tests are about, unless they say another one. */
async function worldGiven({ given }: FlowTest, file: string): Promise<WorldGiven> {
  const beside = dirname(resolve(file));
  const { folder = (await isLine(join(beside, '..'))) ? '..' : undefined, flow, env = {} } = given;
  return {
    folder: folder === undefined ? undefined : resolve(beside, folder),
    flowFile: flow !== undefined && /\.(json|ya?ml)$/.test(flow) ? resolve(beside, flow) : undefined,
    env,
  };
}

async function isLine(folder: string): Promise<boolean> {
  const flows = await stat(join(folder, 'flows')).catch(() => undefined);
  return flows?.isDirectory() ?? false;
}

async function runFile({ file, tests }: Prepared, options: RunOptions): Promise<FileResult> {
  const began = realClock.now();
  const results: TestResult[] = [];
  for (const { test, world } of tests) {
    const result = await runTest(test, world, options);
    results.push(result);
    if (options.isBailing && result.failures.length > 0) break;
  }
  return { file, tests: results, took: realClock.now() - began };
}

async function runTest(test: FlowTest, world: World, options: RunOptions): Promise<TestResult> {
  const { played, steps } = await play(test, world, options.catalogue);
  options.coverage?.add(world.hitsIn(steps));
  const failures = judge(test.steps, test.expected, played);
  return {
    name: test.name,
    ...test.placeOf([]),
    failures: failures.map(({ path, message }) => ({ ...test.placeOf(path), message })),
    story: failures.length > 0 ? options.storyOf(steps) : [],
    length: played.end?.at ?? 0,
  };
}
