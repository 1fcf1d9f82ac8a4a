import { expect, test } from 'vitest';
import { ApiError, wordsOf } from '../../../src/console/lib/api.ts';

function words(message: string, ...paths: readonly string[]): string {
  const problems = paths.map((path) => ({ path, message: 'expected text' }));
  return wordsOf(new ApiError(400, 'INVALID_ARGUMENT', message, problems));
}

test('what is wrong is said with its place, and once', () => {
  expect(words('the flow has problems', 'actions[1].type')).toBe(
    'the flow has problems: actions[1].type: expected text',
  );
  expect(words('name: expected text', 'name')).toBe('name: expected text');
  expect(words('the call is over')).toBe('the call is over');
  expect(words('nothing is given', '')).toBe('nothing is given: expected text');
});
