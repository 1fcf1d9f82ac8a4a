import { expect, test } from 'vitest';
import { messageId } from '../../../src/core/message-id.ts';

test('an id of a message is one of its own, also where many are drawn', () => {
  const ids = Array.from({ length: 2_000 }, () => messageId());
  expect(new Set(ids).size).toBe(2_000);
  for (const id of ids) expect(id).toMatch(/^msg_[0-9a-f]{32}$/);
});
