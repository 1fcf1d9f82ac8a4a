import { expect, test } from 'vitest';
import { digitsSaid } from '../../../src/asking/spoken-digits.ts';

test.each([
  ['one two three', '123'],
  ['One, two; three.', '123'],
  ['4711', '4711'],
  ['47 11', '4711'],
  ['four seven 11', '4711'],
  ['my number is oh five', '05'],
  ['double five triple zero', '55000'],
  ['double trouble one', '1'],
  ['nothing at all', ''],
  ['', ''],
])('%s is %s', (said, digits) => {
  expect(digitsSaid(said, [])).toBe(digits);
});

test('phrases stand for what they are given as, the longest first, in any language', () => {
  const phrases = { eins: '1', zwei: '2', 'zwei mal': '22', drei: '3' };
  expect(digitsSaid('Eins, zwei mal, DREI, zwei', phrases)).toBe('12232');
});
