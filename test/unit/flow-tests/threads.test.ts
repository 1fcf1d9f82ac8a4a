import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Coverage } from '../../../src/flow-tests/coverage.ts';
import { runTests } from '../../../src/flow-tests/run.ts';
import { loadActions } from '../../../src/flows/load-actions.ts';

let folder: string;
let files: readonly string[];
const catalogue = await loadActions();

/** Every tenth test fails. */
function testsOf(file: string): string {
  const tests = Array.from({ length: 70 }, (_, index) => {
    const wanted = index % 10 === 9 ? 'Nothing.' : 'One.';
    return `  - {name: ${file} ${index}, caller: [presses: 1], expect: {heard: [${wanted}]}}`;
  });
  return ['given: {flow: menu}', 'tests:', ...tests].join('\n');
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-threads-'));
  for (const name of ['flows', 'tests']) mkdirSync(join(folder, name));
  const menu = [
    {
      id: 'menu',
      type: 'menu',
      option: { prompts: [{ text: 'Press 1.' }], targets: { 1: 'one' }, no_input_target_id: 'bye' },
    },
    { id: 'one', type: 'talk', option: { text: 'One.' } },
    { id: 'bye', type: 'hangup' },
  ];
  writeFileSync(join(folder, 'flows/menu.json'), JSON.stringify(menu));
  files = ['a', 'b'].map((name) => {
    const file = join(folder, `tests/${name}.yaml`);
    writeFileSync(file, testsOf(name));
    return file;
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(processors: number, isBailing = false) {
  const coverage = new Coverage(catalogue);
  const told: string[] = [];
  const { files: results } = await runTests(files, {
    ...{ catalogue, coverage, processors, isBailing },
    storyOf: (steps) => steps.map(({ at, kind }) => `${at} ${kind}`),
    onFile: ({ file }) => told.push(file),
  });
  return { told, flows: coverage.flows, results: results.map(({ file, tests }) => ({ file, tests })) };
}

test('what several processors do comes out as from one, in the same order', async () => {
  const alone = await run(1);
  const [first] = alone.results;
  expect(alone.told).toEqual(files);
  expect(first?.tests.map(({ name }) => name)).toEqual(
    Array.from({ length: 70 }, (_, index) => `a ${index}`),
  );
  expect(first?.tests.filter(({ failures }) => failures.length > 0)).toHaveLength(7);
  expect(first?.tests[9]?.story.length).toBeGreaterThan(5);
  expect(await run(2)).toEqual(alone);
});

test('none is told of behind the first that fails', async () => {
  const { told, results } = await run(2, true);
  expect(told).toEqual(files.slice(0, 1));
  expect(results[0]?.tests.map(({ failures }) => failures.length)).toEqual([...Array(9).fill(0), 1]);
});
