import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check } from '../../src/commands/check.ts';
import { withEvents } from '../../src/commands/event-reference.ts';
import { eventTypes } from '../../src/news/event-types.ts';

const root = join(import.meta.dirname, '../..');
const page = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');

const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

/** Where an event is made its name stands: in any file but those that list them all. */
function namedInCode(): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const code = files.filter((name) => name.endsWith('.ts') && !/event-(types|families)\.ts$/.test(name));
  return code.map((name) => readFileSync(join(root, 'src', name), 'utf8')).join('\n');
}

test('the README leads to every page', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(pages.length).toBeGreaterThan(12);
  expect(pages.filter((name) => !readme.includes(`(docs/${name})`))).toEqual([]);
});

test('every link of a page to another one leads to a page, and to a heading of it', () => {
  for (const name of pages) {
    for (const [, target = '', anchor] of page(name).matchAll(/\]\(([\w-]+\.md)(?:#([\w-]+))?\)/g)) {
      expect(pages, `${name} → ${target}`).toContain(target);
      if (anchor === undefined) continue;
      const headings = [...page(target).matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
      const anchors = headings.map((text) =>
        text
          .toLowerCase()
          .replace(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(anchors, `${name} → ${target}`).toContain(anchor);
    }
  }
});

test('the table of events is what `npm run docs` writes', () => {
  expect(page('webhooks.md')).toBe(withEvents(page('webhooks.md')));
});

test('the page on webhooks lists every event there is, and says of those that are not sent that they are not', () => {
  const events = [...eventTypes()].filter((name) => /^[a-z_]+$/.test(name));
  const rows = page('webhooks.md')
    .split('\n')
    .filter((line) => /^\| [a-z ]+ \|/.test(line));
  const code = namedInCode();
  expect(events.length).toBeGreaterThan(40);
  for (const event of events) {
    const row = rows.find((line) => line.includes(`\`${event}\``));
    expect(row, event).toBeDefined();
    expect(row?.includes('not sent yet'), event).toBe(!code.includes(`'${event}'`));
  }
});

test('`ariflow check` finds nothing wrong with a flow of any page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-pages-'));
  try {
    const blocks = pages.flatMap((name) => [...page(name).matchAll(/```json\n(\[.*?)```/gs)]);
    const files = blocks.map((_, index) => join(folder, `${index}.json`));
    for (const [index, file] of files.entries()) await writeFile(file, blocks[index]?.[1] ?? '');
    expect(files.length).toBeGreaterThan(2);
    const said: string[] = [];
    const output = { out: () => undefined, err: (line: string) => void said.push(line) };
    expect(await check(files, {}, output), said.join('\n')).toBe(0);
    // What a call brings with it, no file of actions says.
    expect(said.filter((line) => !line.includes('`appointment`'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
