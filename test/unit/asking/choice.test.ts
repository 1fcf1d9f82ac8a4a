import { expect, test } from 'vitest';
import { Choice } from '../../../src/asking/choice.ts';

const choice = new Choice(['1', '12', '345', '#'], '#');

test.each([
  ['1', false],
  ['12', true],
  ['3', false],
  ['34', false],
  ['345', true],
  ['7', true],
  ['13', true],
  ['1#', true],
  ['#', true],
])('%s is plain: %s', (typed, isPlain) => {
  expect(choice.isPlain(typed)).toBe(isPlain);
});

test.each([
  ['1', '1'],
  ['12', '12'],
  ['345', '345'],
  ['#', '#'],
  ['1#', '1'],
  ['345#', '345'],
  ['34', undefined],
  ['34#', undefined],
  ['12##', undefined],
  ['', undefined],
])('%s is the choice of %s', (typed, key) => {
  expect(choice.of(typed)).toBe(key);
});

test('without a key of the end none ends it', () => {
  expect(new Choice(['1', '12'], '').of('1#')).toBeUndefined();
});
