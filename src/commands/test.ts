import { globSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problemIn } from '../as-code/content.ts';
import { messageOf } from '../core/errors.ts';
import { Coverage, type Covered } from '../flow-tests/coverage.ts';
import { clockTime } from '../flow-tests/duration.ts';
import { junit } from '../flow-tests/junit.ts';
import type { FileResult, TestResult } from '../flow-tests/result.ts';
import { runTests } from '../flow-tests/run.ts';
import { loadActions } from '../flows/load-actions.ts';
import { exitCodes, type Output, printable } from './output.ts';
import { stepLine } from './simulated-lines.ts';
import { table } from './table.ts';

export interface TestOptions {
  readonly filter?: string;
  readonly bail?: boolean;
  /** A file to write. */
  readonly junit?: string;
  readonly coverage?: boolean;
}

/**
 * Runs tests of flows. Answers the exit code: 0 where all have passed, 1 where one has failed, 2 where none was run since a file is bad, or
 * there is none.
 */
export async function testFlows(
  paths: readonly string[],
  { filter, bail, junit: report, coverage: isCovering }: TestOptions,
  output: Output,
): Promise<number> {
  const { out, err } = output;
  const complain = (problem: string): number => {
    err(`ariflow: ${printable(problem)}`);
    return exitCodes.usage;
  };
  let files: readonly string[];
  try {
    files = [...new Set((await Promise.all(paths.map(filesAt))).flat())];
  } catch (error) {
    return complain(messageOf(error));
  }
  const catalogue = await loadActions();
  const coverage = isCovering ? new Coverage(catalogue) : undefined;
  const began = performance.now();
  const result = await runTests(files, {
    ...{ catalogue, filter, isBailing: bail, coverage },
    storyOf: (steps) => steps.flatMap((step) => stepLine(step) ?? []),
    onFile: (file) => tell(file, output),
  });
  if (result.problems.length > 0) {
    for (const problem of result.problems) err(printable(problem));
    return complain('no test was run');
  }
  const tests = result.files.flatMap((file) => file.tests);
  if (tests.length === 0)
    return complain(filter === undefined ? 'there is no test' : `no test has ${filter} in its name`);
  if (report !== undefined)
    try {
      await writeFile(report, junit(result.files));
    } catch (error) {
      return complain(problemIn(report, error));
    }
  if (coverage) for (const line of coverageLines(coverage)) out(line);
  const failed = tests.filter(({ failures }) => failures.length > 0).length;
  const took = ((performance.now() - began) / 1_000).toFixed(1);
  out(`${tests.length - failed} passed, ${failed} failed, in ${took} s`);
  return failed > 0 ? exitCodes.failed : 0;
}

/** A file itself; of a folder all that lies in folders called `tests`. @throws Error where there is none */
async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Error(problemIn(path, error));
  });
  if (!found.isDirectory()) return [path];
  const names = globSync('**/*.{yaml,yml}', { cwd: path, exclude: ['**/node_modules'] });
  const inTests = names.filter((name) => /(^|\/)tests\/[^/]*$/.test(join(path, name)));
  if (inTests.length === 0) throw new Error(`${path}: no file of tests lies there, in a folder called tests`);
  return inTests.sort().map((name) => join(path, name));
}

function tell({ file, tests }: FileResult, { out }: Output): void {
  out(printable(file));
  for (const test of tests) for (const line of linesOf(file, test)) out(line);
}

function linesOf(file: string, { name, failures, story, length }: TestResult): readonly string[] {
  if (failures.length === 0) return [printable(`  ✓ ${name} (${clockTime(length)})`)];
  return [
    printable(`  ✗ ${name}`),
    ...failures.map(
      ({ line, column, message }) => `    ${printable(`${file}:${line}:${column}: ${message}`)}`,
    ),
    ...story.map((each) => `      ${printable(each)}`),
  ];
}

function coverageLines({ flows }: Coverage): readonly string[] {
  const head = ['flow', 'actions', 'branches'];
  const [first = '', ...rows] = table(
    head,
    flows.map(({ flow, actions, branches }) => [flow, share(actions), share(branches)]),
  );
  const missing = flows.map(({ actions, branches }) => [
    ...(actions.missing.length > 0 ? [`  never done: ${actions.missing.join(', ')}`] : []),
    ...branches.missing.map((way) => `  never taken: ${way}`),
  ]);
  return [
    '',
    first,
    ...rows.flatMap((row, index) => [row, ...(missing[index] ?? []).map((line) => printable(line))]),
    '',
  ];
}

/** `12/15 80 %` */
function share({ all, missing }: Covered): string {
  const done = all - missing.length;
  return all === 0 ? '-' : `${done}/${all} ${Math.floor((100 * done) / all)} %`;
}
