import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../dist/console');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const scripts = globSync('assets/*.js', { cwd: folder });

/** What a script needs before it runs; not what it asks for when something is opened. */
function importedBy(script: string): string[] {
  return parseAst(read(script)).body.flatMap((statement) =>
    'source' in statement && statement.source
      ? [posix.join(posix.dirname(script), statement.source.value)]
      : [],
  );
}

/** All that a browser fetches before it shows anything. */
function firstPage(): ReadonlySet<string> {
  const named = [...read('index.html').matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, name = '']) => name);
  const found = new Set(['index.html', ...named]);
  for (const name of found) if (name.endsWith('.js')) for (const each of importedBy(name)) found.add(each);
  return found;
}

test('the first page is at most 300 kB as it is sent', () => {
  const sizes = [...firstPage()].map((name) => [name, gzipSync(read(name)).length] as const);
  const sum = sizes.reduce((all, [, size]) => all + size, 0);
  expect(sum, JSON.stringify(sizes)).toBeLessThanOrEqual(300_000);
  // What draws it alone is more.
  expect(sum, JSON.stringify(sizes)).toBeGreaterThan(50_000);
});

test.each([
  ['the editor', 'Save and duplicate'],
  ['its graph', 'react-flow__'],
  ['its JSON', 'cm-content'],
  ['the phone', 'JsSIP'],
  ['the player of recordings', 'exportPeaks'],
])('%s is loaded when it is opened', (_, mark) => {
  const having = scripts.filter((name) => read(name).includes(mark));
  expect(having.length).toBeGreaterThan(0);
  const first = firstPage();
  expect(having.filter((name) => first.has(name))).toEqual([]);
});
