import { globSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, parse } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const dist = join(root, 'dist');
const built = new Map(
  globSync('**/*.js', { cwd: dist, exclude: ['console/**'] }).map((name) => [
    name,
    readFileSync(join(dist, name), 'utf8'),
  ]),
);

test('what is built is a few files, in which V8 needs one byte a character', () => {
  expect(built.size).toBeLessThan(80);
  expect([...built].filter(([, code]) => /[^\p{ASCII}]/u.test(code)).map(([name]) => name)).toEqual([]);
});

test.each(['actions', 'storage/migrations'])('all of %s are in it', (folder) => {
  const all = [...built.values()].join('\n');
  const names = globSync('*.ts', { cwd: join(root, 'src', folder) }).map((file) => parse(file).name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !all.includes(`["${name}", ${name.replace(/^(?=\d)|-/g, '_')}`))).toEqual([]);
});

test('a place in it is found in the sources', () => {
  const [name = '', code = ''] =
    [...built].find(([, text]) => text.includes('async function startDaemon(')) ?? [];
  const line = code.split('\n').findIndex((text) => text.startsWith('async function startDaemon('));
  const map = new SourceMap(JSON.parse(readFileSync(join(dist, `${name}.map`), 'utf8')));
  const source = readFileSync(join(root, 'src/daemon/daemon.ts'), 'utf8').split('\n');
  expect(map.findEntry(line, 0)).toMatchObject({
    originalSource: expect.stringMatching(/src\/daemon\/daemon\.ts$/),
    originalLine: source.findIndex((text) => text.startsWith('export async function startDaemon(')),
  });
});
