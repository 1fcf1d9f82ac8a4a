import { expect, test } from 'vitest';
import { PartList } from '../../../src/core/part-list.ts';

test('each part is started from what was given and from those before it, one after the other', async () => {
  const order: string[] = [];
  const parts = new PartList<{ readonly base: number }>()
    .and('one', async ({ base }) => {
      await new Promise(setImmediate);
      order.push('one');
      return base + 1;
    })
    .and('two', ({ base, one }) => {
      order.push('two');
      return [base, one];
    });
  expect(await parts.start({ base: 1 })).toEqual({ base: 1, one: 2, two: [1, 2] });
  expect(order).toEqual(['one', 'two']);
});

test('behind one that cannot be started nothing is', async () => {
  const started: string[] = [];
  const parts = new PartList<object>()
    .and('first', () => started.push('first'))
    .and('broken', () => {
      throw new Error('no');
    })
    .and('last', () => started.push('last'));
  await expect(parts.start({})).rejects.toThrow('no');
  expect(started).toEqual(['first']);
});

test('behind an abort nothing is started', async () => {
  const stop = new AbortController();
  const started: string[] = [];
  const parts = new PartList<object>()
    .and('first', () => void started.push('first'))
    .and('second', () => {
      started.push('second');
      stop.abort(new Error('stopped'));
    })
    .and('last', () => void started.push('last'));
  await expect(parts.start({}, stop.signal)).rejects.toThrow('stopped');
  expect(started).toEqual(['first', 'second']);
});
