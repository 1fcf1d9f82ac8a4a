import { writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { stringify } from 'yaml';
import { messageOf } from '../core/errors.ts';
import { type Explored, type ExploreOptions, explore } from '../explore/explore.ts';
import { type FindingKind, findingKinds } from '../explore/finding.ts';
import { type Cut, type SearchLimits, usualLimits } from '../explore/limits.ts';
import { keysOf, type TestCase, testCaseOf, testFile } from '../explore/test-case.ts';
import { exitCodes, type Output, printable } from './output.ts';
import { BadInput, type GivenToSimulate, simulationOf } from './simulation-of.ts';

export interface ExploreCommandOptions
  extends Pick<GivenToSimulate, 'at' | 'from' | 'to' | 'var' | 'data' | 'api'> {
  readonly runs?: string;
  readonly states?: string;
  readonly depth?: string;
  readonly time?: string;
  readonly tests?: string;
  readonly json?: boolean;
}

/**
 * Walks every way of a flow and tells what is wrong with it. Answers the exit code: 0 where nothing is, 1 with findings, 2 for a bad
 * file or option.
 */
export async function exploreFlow(
  file: string,
  options: ExploreCommandOptions,
  env: NodeJS.ProcessEnv,
  output: Output,
): Promise<number> {
  let given: ExploreOptions;
  try {
    given = await givenBy(file, options, env);
  } catch (error) {
    const problems = error instanceof BadInput ? error.problems : [messageOf(error)];
    for (const problem of problems) output.err(`ariflow: ${printable(problem)}`);
    return exitCodes.usage;
  }
  const explored = await explore(given);
  const from = options.tests === undefined ? '.' : dirname(options.tests);
  const placed = (path: string): string => relative(from, path) || '.';
  const told = tell(explored, {
    flow: placed(file),
    folder: options.data === undefined ? undefined : placed(options.data),
    variables: given.variables ?? {},
  });
  const cases = told.flatMap(({ test }) => test ?? []);
  if (options.tests !== undefined && cases.length > 0) await writeFile(options.tests, testFile(cases));
  if (options.json) output.out(JSON.stringify({ ...explored, findings: told }));
  else print(told, explored, output);
  return told.length > 0 ? exitCodes.failed : 0;
}

/** @throws BadInput; Error that says what is wrong */
async function givenBy(
  file: string,
  options: ExploreCommandOptions,
  env: NodeJS.ProcessEnv,
): Promise<ExploreOptions> {
  const limits = limitsIn(options);
  const given = await simulationOf(file, options, env);
  const { flow } = given;
  if (!flow) throw new Error(`${file}: expected a flow`);
  return { ...given, flow, limits };
}

/** A finding as it is told. */
interface Told {
  readonly kind: FindingKind;
  readonly path: string;
  readonly action: { readonly id: string; readonly type: string };
  readonly message: string;
  /** What the caller presses, or says; missing where nothing leads there. */
  readonly keys?: string;
  readonly test?: TestCase;
}

function tell({ findings }: Explored, start: Parameters<typeof testCaseOf>[1]): readonly Told[] {
  return findings.map((finding) => {
    const { kind, path, action, message, course } = finding;
    const test = testCaseOf(finding, start);
    return { kind, path, action, message, ...(course && { keys: keysOf(course) }), ...(test && { test }) };
  });
}

function print(told: readonly Told[], { runs, states, cut }: Explored, { out, err }: Output): void {
  for (const [kind, words] of Object.entries(findingKinds)) {
    const own = told.filter((one) => one.kind === kind);
    if (own.length === 0) continue;
    out(`${words}:`);
    for (const { path, action, message, keys, test } of own) {
      out(printable(`  ${path} (${action.type}): ${message}${keys ? ` (keys: ${keys})` : ''}`));
      if (test) for (const line of inYaml([test])) out(`    ${printable(line)}`);
    }
  }
  const count = told.length === 0 ? 'nothing found' : `${told.length} found`;
  err(`${count} in ${runs} ${runs === 1 ? 'call' : 'calls'} through ${states} states`);
  if (cut) err(`cut short by ${cuts[cut]}: what lies beyond was not looked at`);
}

const inYaml = (value: unknown): readonly string[] =>
  stringify(value, { lineWidth: 0 }).trimEnd().split('\n');

const cuts: Readonly<Record<Cut, string>> = {
  runs: 'the number of calls (--runs)',
  states: 'the number of states (--states)',
  depth: 'the number of decisions in one call (--depth)',
  time: 'its time (--time)',
  values: 'the number of values that one variable is compared with, or of times of the day',
  together: 'the number of variables that make a difference together',
};

/** @throws Error */
function limitsIn({
  runs,
  states,
  depth,
  time,
}: Pick<ExploreCommandOptions, keyof SearchLimits>): SearchLimits {
  const number = (name: keyof SearchLimits, text: string | undefined, unit = 1): number => {
    if (text === undefined) return usualLimits[name];
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`--${name}: expected a whole number from 1 to 9999999`);
    return Number(text) * unit;
  };
  return {
    runs: number('runs', runs),
    states: number('states', states),
    depth: number('depth', depth),
    time: number('time', time, 1_000),
  };
}
