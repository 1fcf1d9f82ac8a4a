import { expect, test } from 'vitest';
import { Late } from '../../../src/core/late.ts';

test('what is bound late is there from then on, and is bound once', () => {
  const late = new Late<{ readonly name: string }>();
  expect(() => late.value).toThrow('not bound yet');
  late.bind({ name: 'calls' });
  expect(late.value).toEqual({ name: 'calls' });
  expect(() => late.bind({ name: 'others' })).toThrow('bound already');
});
