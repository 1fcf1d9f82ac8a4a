import { expect, test } from 'vitest';
import { keptText } from '../../../src/flows/story-text.ts';

test.each([
  [
    '{"pin":"1","auth":{"password":"x"},"list":[{"token":1}]}',
    '{"pin":"1","auth":{"password":"********"},"list":[{"token":"********"}]}',
  ],
  ['  {"pin":"1"}', '  {"pin":"1"}'],
  ['pin=1&password=x&api%5Fkey=y', 'pin=1&password=********&api%5Fkey=********'],
  [
    '<a><pin>1</pin><Password kind="x">y</Password></a>',
    '<a><pin>1</pin><Password kind="x">********</Password></a>',
  ],
  [
    'https://ada:secret@clinic.example/?token=x&a=1',
    'https://ada:********@clinic.example/?token=********&a=1',
  ],
  ['Hello, Ada.', 'Hello, Ada.'],
  ['', ''],
])('%s is kept as %s', (text, kept) => {
  expect(keptText(text)).toBe(kept);
});

test('what cannot be looked through is not kept', () => {
  expect(keptText('{"password": "x')).toBeUndefined();
  expect(keptText('--boundary\r\nContent-Disposition: form-data; name="password"\r\n\r\nx')).toBeUndefined();
  expect(keptText('x'.repeat(32_769))).toBeUndefined();
});

test('a text that is made to be slow is not', () => {
  const began = performance.now();
  for (const part of ['<a', '<a b', '&a', '&a=', 'a:', '<<', '?a=', '%'])
    keptText(part.repeat(32_768 / part.length));
  keptText(`<${'a'.repeat(32_000)}`);
  keptText(`http://${'a:'.repeat(16_000)}`);
  expect(performance.now() - began).toBeLessThan(5_000);
});
