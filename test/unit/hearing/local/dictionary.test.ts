import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Dictionary } from '../../../../src/hearing/local/dictionary.ts';

const folder = mkdtempSync(join(tmpdir(), 'ariflow-dictionary-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'words.dict');
writeFileSync(
  file,
  ["'em AH M", 'no N OW', 'yes Y EH S', 'zero Z IH R OW', 'zero(2) Z IY R OW', ''].join('\n'),
);

test('knows its words, and which it does not have', () => {
  const dictionary = new Dictionary(file);
  expect(dictionary.missing(['yes', 'ye', 'zero', "'em", 'constructor', 'yes y'])).toEqual([
    'ye',
    'constructor',
    'yes y',
  ]);
  expect(dictionary.missing(['no'])).toEqual([]);
});

test('gives all the ways in which words are spoken, and no others', () => {
  const dictionary = new Dictionary(file);
  const expected = 'zero Z IH R OW\nzero(2) Z IY R OW\nno N OW\n';
  expect(dictionary.extract(['zero', 'no'])).toBe(expected);
  expect(dictionary.extract(['zero', 'no'])).toBe(expected);
});
