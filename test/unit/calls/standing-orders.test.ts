import { expect, test } from 'vitest';
import type { Ordered } from '../../../src/calls/call-record.ts';
import { StandingOrders } from '../../../src/calls/standing-orders.ts';
import { silentLog } from '../../../src/core/log.ts';

/** The orders of a call, and what has been told of it, oldest first. */
function given() {
  const told: string[] = [];
  const say = (word: string) => async (): Promise<void> => {
    await Promise.resolve();
    told.push(word);
  };
  const shown: Partial<Ordered>[] = [];
  const orders = new StandingOrders({ log: silentLog }, (change) => shown.push(change));
  return { orders, told, say, shown };
}

test('what stands is undone once, what was taken back or never ordered is not', async () => {
  const { orders, told, say } = given();
  await orders.undo();
  await orders.give('hold', say('hold'), say('unhold'));
  await orders.give('hold', say('hold'), say('unhold'));
  await orders.give('mute', say('mute'), say('unmute'));
  await orders.takeBack('mute', say('unmute'));
  await orders.undo();
  await orders.undo();
  expect(told).toEqual(['hold', 'hold', 'mute', 'unmute', 'unhold']);
});

test('an order under way is seen through before it is undone; one that failed may have been taken', async () => {
  const { orders, told, say } = given();
  const sent = Promise.withResolvers<void>();
  const giving = orders.give('hold', () => sent.promise.then(say('hold')), say('unhold'));
  const undoing = orders.undo();
  sent.resolve();
  await Promise.all([giving, undoing]);
  expect(told).toEqual(['hold', 'unhold']);
  const failing = () => Promise.reject(new Error('no answer'));
  await expect(orders.give('mute', failing, say('unmute'))).rejects.toThrow('no answer');
  await orders.give('moh', say('moh'), failing);
  await orders.undo();
  expect(told).toEqual(['hold', 'unhold', 'moh', 'unmute']);
});

test('what was asked for before is known to be over, what is asked for afterwards is not', async () => {
  const { orders } = given();
  const before = orders.ended;
  await orders.undo();
  expect([before.aborted, orders.ended.aborted]).toEqual([true, false]);
});

test('what Asterisk has taken is shown, each change once', () => {
  const { orders, shown } = given();
  expect(orders.shown).toEqual({ held: false, mute: '', moh: '' });
  orders.stands('held', true);
  orders.stands('held', true);
  orders.stands('mute', 'in');
  orders.stands('moh', '');
  orders.stands('mute', '');
  expect(shown).toEqual([{ held: true }, { mute: 'in' }, { mute: '' }]);
  expect(orders.shown).toEqual({ held: true, mute: '', moh: '' });
});
