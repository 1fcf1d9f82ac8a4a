import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/program.ts';
import { readTests } from '../../../src/flow-tests/read-tests.ts';

const docs = join(import.meta.dirname, '../../../docs');
const examples = join(docs, 'examples');
const page = readFileSync(join(docs, 'testing-flows.md'), 'utf8');

/** The code blocks of the page, by their language. */
const blocks = (language: string): string[] =>
  [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, of, text = '']) =>
    of === language ? [text] : [],
  );

async function run(path: string) {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const code = await runCommand(['test', path], { env: {}, output: { out: say, err: say } });
  return { code, lines };
}

test.each(globSync('*/tests', { cwd: examples }).sort())('docs/examples/%s pass', async (tests) => {
  const { code, lines } = await run(join(examples, tests));
  expect(code, lines.join('\n')).toBe(0);
});

test('the first tests of the page say what it says they do', async () => {
  const line = mkdtempSync(join(tmpdir(), 'line-'));
  try {
    const [[flow = ''], [tests = ''], [shown = '']] = [blocks('json'), blocks('yaml'), blocks('')];
    for (const folder of ['flows', 'tests']) mkdirSync(join(line, folder));
    writeFileSync(join(line, 'flows/menu.json'), flow);
    writeFileSync(join(line, 'tests/menu.yaml'), tests);
    const { lines } = await run(line);
    expect(lines.slice(1, -1)).toEqual(shown.trimEnd().split('\n').slice(2, -1));
  } finally {
    rmSync(line, { recursive: true });
  }
});

test('all that the page says a file may hold, it may', () => {
  const { tests, problems } = readTests(blocks('yaml').at(-1) ?? '');
  expect([problems, tests.length]).toEqual([[], 1]);
});
