import { expect, test } from 'vitest';
import * as z from 'zod';
import { derivedUuid } from '../../../src/core/derived-uuid.ts';

test('the same words give the same UUID, and it is one for whoever checks', () => {
  const uuid = derivedUuid('call', 'f1a2', 7);
  expect(derivedUuid('call', 'f1a2', 7)).toBe(uuid);
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(z.uuid().safeParse(uuid).success).toBe(true);
});

test('other words give another one, also where they are written alike', () => {
  const all = [derivedUuid('a', 1, 2), derivedUuid('a', 12), derivedUuid('a', 1), derivedUuid('b', 1)];
  expect(new Set(all).size).toBe(4);
});
