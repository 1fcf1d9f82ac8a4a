import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../src/core/nearest.ts';

const words = ['talk', 'text', 'type', 'target_id', 'voipbin.call.digits'];

test('a mistyped word leads to the one that is nearest', () => {
  expect(nearest('tlak', words)).toBe('talk');
  expect(nearest('tpye', words)).toBe('type');
  expect(nearest('tlak', ['play', 'talk'])).toBe('talk');
  expect(nearest('targetid', words)).toBe('target_id');
  expect(nearest('voipbin.call.digit', words)).toBe('voipbin.call.digits');
  expect(didYouMean('txt', words)).toBe(', did you mean text?');
});

test('a word of its own is not taken for another one', () => {
  expect(nearest('xy', words)).toBeUndefined();
  expect(nearest('tea', words)).toBeUndefined();
  expect(nearest('', words)).toBeUndefined();
  expect(didYouMean('something else', words)).toBe('');
});
