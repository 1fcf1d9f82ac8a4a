import { expect, test } from 'vitest';
import { Groups } from '../../../src/core/groups.ts';

test('each has what was added for it, in the order it came, until that is taken away', () => {
  const groups = new Groups<string, number>();
  groups.add('one', 2);
  groups.add('one', 1);
  groups.add('other', 3);
  groups.add('one', 2);
  expect([groups.of('one'), groups.of('other'), groups.of('nobody')]).toEqual([[2, 1], [3], []]);
  groups.delete('one', 2);
  groups.delete('one', 3);
  groups.delete('nobody', 3);
  expect([groups.of('one'), groups.of('other')]).toEqual([[1], [3]]);
});

test('what it has said stays as it was', () => {
  const groups = new Groups<string, number>();
  groups.add('one', 1);
  const before = groups.of('one');
  groups.delete('one', 1);
  expect(before).toEqual([1]);
});
