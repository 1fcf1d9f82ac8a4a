import { expect, test } from 'vitest';
import { hashPin, isPin } from '../../../src/voicemail/pin.ts';

test('a PIN is found right by its hash, which has nothing of it', async () => {
  const stored = await hashPin('4711');
  expect(stored).toMatch(/^scrypt\$[\w-]{22}\$[\w-]{43}$/);
  expect(await isPin('4711', stored)).toBe(true);
  for (const other of ['4712', '471', '47110', '']) expect(await isPin(other, stored)).toBe(false);
});

test('the same PIN is stored otherwise each time', async () => {
  expect(await hashPin('4711')).not.toBe(await hashPin('4711'));
});

test.each(['', 'plain$4711', '4711', 'scrypt$'])('what is stored as "%s" opens nothing', async (stored) => {
  expect(await isPin('4711', stored)).toBe(false);
});
