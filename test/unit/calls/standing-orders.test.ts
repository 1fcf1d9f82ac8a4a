import { expect, test } from 'vitest';
import { give, ordersEnd, takeBack, undoOrders } from '../../../src/calls/standing-orders.ts';
import { silentLog } from '../../../src/core/log.ts';

/** A call, and what has been told of it, oldest first. */
function given() {
  const told: string[] = [];
  const say = (word: string) => async (): Promise<void> => {
    await Promise.resolve();
    told.push(word);
  };
  return { call: { log: silentLog }, told, say };
}

test('what stands is undone once, what was taken back or never ordered is not', async () => {
  const { call, told, say } = given();
  await undoOrders(call);
  await give(call, 'hold', say('hold'), say('unhold'));
  await give(call, 'hold', say('hold'), say('unhold'));
  await give(call, 'mute', say('mute'), say('unmute'));
  await takeBack(call, 'mute', say('unmute'));
  await undoOrders(call);
  await undoOrders(call);
  expect(told).toEqual(['hold', 'hold', 'mute', 'unmute', 'unhold']);
});

test('an order under way is seen through before it is undone; one that failed may have been taken', async () => {
  const { call, told, say } = given();
  const sent = Promise.withResolvers<void>();
  const giving = give(call, 'hold', () => sent.promise.then(say('hold')), say('unhold'));
  const undoing = undoOrders(call);
  sent.resolve();
  await Promise.all([giving, undoing]);
  expect(told).toEqual(['hold', 'unhold']);
  const failing = () => Promise.reject(new Error('no answer'));
  await expect(give(call, 'mute', failing, say('unmute'))).rejects.toThrow('no answer');
  await give(call, 'moh', say('moh'), failing);
  await undoOrders(call);
  expect(told).toEqual(['hold', 'unhold', 'moh', 'unmute']);
});

test('what was asked for before is known to be over, what is asked for afterwards is not', async () => {
  const { call } = given();
  const before = ordersEnd(call);
  await undoOrders(call);
  expect([before.aborted, ordersEnd(call).aborted]).toEqual([true, false]);
});
