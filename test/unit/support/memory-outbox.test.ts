import { describe, expect, test } from 'vitest';
import { MemoryOutbox } from '../../support/memory-outbox.ts';

const delivery = (id: string) => ({ id, endpointId: 'a', lane: id, type: 't', body: '{}', createdAt: 0 });

describe('an outbox in memory', () => {
  test('remembers only so many settled deliveries', async () => {
    const outbox = new MemoryOutbox({ history: 3 });
    await outbox.append(['1', '2', '3', '4', '5'].map(delivery));
    await outbox.retire([], 0);
    expect((await outbox.list({ endpointId: 'a', limit: 10 })).map(({ id }) => id)).toEqual(['5', '4', '3']);
  });
});
