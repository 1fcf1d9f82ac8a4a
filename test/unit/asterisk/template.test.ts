import { describe, expect, test } from 'vitest';
import { fillTemplate } from '../../../src/asterisk/template.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';

const fill = (text: string, values: Record<string, string | undefined>) =>
  fillTemplate(text, values, 'x.conf');

describe('a template', () => {
  test('gets its values', () => {
    expect(fill('a = @@A@@:@@B@@', { A: '1', B: '2' })).toBe('a = 1:2');
  });

  test('loses the lines whose value is not set, and keeps its comments as they are', () => {
    expect(fill('; @@A@@ and @@NOBODY@@\na = @@A@@\nb = @@B@@', { A: undefined, B: '2' })).toBe(
      '; @@A@@ and @@NOBODY@@\nb = 2',
    );
  });

  test('loses the blocks whose value is not set', () => {
    const text = 'a\n;if A\nb = @@A@@\n;end\n;if B\nc\n;end\nd';
    expect(fill(text, { A: undefined, B: 'x' })).toBe('a\nc\nd');
  });

  test('may get a value that looks like a placeholder', () => {
    expect(fill('password = @@A@@', { A: '@@B@@$&' })).toBe('password = @@B@@$&');
  });

  test.each([
    ['a = @@WHAT@@', 'nothing is known of @@WHAT@@'],
    [';if WHAT\n;end', 'nothing is known of @@WHAT@@'],
    ['a = @@what@@', 'not a placeholder'],
    [';if A\nb', ';if A has no ;end'],
    [';if A\n;if A\n;end', ';if A inside ;if A'],
    ['a = @@SEMICOLON@@', 'must not contain `;`'],
  ])('is refused: %j', (text, message) => {
    expect(() => fill(text, { A: '1', SEMICOLON: 'x;y' })).toThrow(ConfigurationError);
    expect(() => fill(text, { A: '1', SEMICOLON: 'x;y' })).toThrow(message);
  });
});
