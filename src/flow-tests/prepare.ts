import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { textOf } from '../as-code/content.ts';
import { messageOf } from '../core/errors.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Coverage } from './coverage.ts';
import { type FlowTest, readTests } from './read-tests.ts';
import { readWorld, type World, type WorldGiven } from './world.ts';

export interface PreparedTest {
  readonly test: FlowTest;
  readonly world: World;
}

/** What files say there is, by what a test is given of them: read once for all that are given the same. */
export type Worlds = Map<string, Promise<World>>;

export interface PreparationOptions {
  readonly catalogue: ActionCatalogue;
  /** Only tests whose names have this in them. */
  readonly filter?: string | undefined;
  /** Is told which flows there are. */
  readonly coverage?: Coverage | undefined;
}

/** Bytes of a file that is read at all. */
const largest = 4_194_304;

/** The tests of a file with all that they are about, and what is wrong with it, each with its place. @throws Error */
export async function prepare(
  file: string,
  worlds: Worlds,
  { catalogue, filter = '', coverage }: PreparationOptions,
): Promise<{ readonly tests: readonly PreparedTest[]; readonly problems: readonly string[] }> {
  const { size } = await stat(file);
  if (size > largest) throw new Error('longer than 4 MiB: better several files of tests');
  const read = readTests(textOf(await readFile(file)));
  const problems = read.problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const tests: PreparedTest[] = [];
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
    else {
      let looksAt = ['given', test.given.dials === undefined ? 'flow' : 'dials'];
      try {
        world.flowOf(test.given);
        for (const id of Object.keys(test.given.fails ?? {})) {
          looksAt = ['given', 'fails', id];
          world.checkAction(id);
        }
        if (coverage) world.show(coverage);
        if (test.name.includes(filter)) tests.push({ test, world });
      } catch (error) {
        problems.push(`${place(looksAt)}: ${messageOf(error)}`);
      }
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
