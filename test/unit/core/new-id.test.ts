import { expect, test } from 'vitest';
import { newDigits, newId } from '../../../src/core/new-id.ts';

test('a new id is a UUID of version 7, and no other one', () => {
  const ids = Array.from({ length: 2_000 }, () => newId());
  expect(new Set(ids).size).toBe(2_000);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('ids of one time lie together: they begin with it', () => {
  const before = Date.now();
  const times = [newId().replace('-', ''), newDigits()].map((id) => Number.parseInt(id.slice(0, 12), 16));
  for (const time of times) {
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  }
});
