import { expect, test } from 'vitest';
import { displayName } from '../../../src/calls/address.ts';
import { cut, oneLine } from '../../../src/calls/one-line.ts';

test.each([
  ['Bob', 'Bob'],
  ['Bob \\"X\\"', 'Bob "X"'],
  ['back\\\\slash', 'back\\slash'],
  ['\\\\\\"', '\\"'],
  ['\\\\"', '\\"'],
  ['at the end \\', 'at the end \\'],
  ['\\a\\🙂', 'a🙂'],
  ['', ''],
])('the display name %j is %j: quoted pairs are undone once', (quoted, name) => {
  expect(displayName(quoted)).toBe(name);
});

test.each([
  ['a\tb', 'a b'],
  ['a\r\nX-Evil: 1', 'a  X-Evil: 1'],
  ['a\0b\u007fc\u0085d\u2028e', 'a b c d e'],
  ['half \ud83d', 'half \ufffd'],
  ['Zoë 株式会社 🙂', 'Zoë 株式会社 🙂'],
])('%j in a header is %j', (text, line) => {
  expect(oneLine(text)).toBe(line);
});

test('what is too long is cut, not in the middle of a character', () => {
  expect(cut(3)('abcdef')).toBe('abc');
  expect(cut(3)('ab🙂')).toBe('ab');
  expect(cut(3)('ab')).toBe('ab');
});
