import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wireTime, zeroId } from '../../../src/core/clock.ts';
import { loadActions } from '../../../src/flows/load-actions.ts';
import type { OpeningNow } from '../../../src/ports/schedules.ts';
import { flowFinder } from '../../../src/reception/reception.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { SqliteThread } from '../../../src/storage/sqlite-thread.ts';
import type { Store } from '../../../src/storage/store.ts';
import { givenFlow, givenNumber, givenSchedule } from '../../support/store-records.ts';

let store: Store;
let asked: string[];
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  asked = [];
  const { ask } = SqliteThread.prototype;
  vi.spyOn(SqliteThread.prototype, 'ask').mockImplementation(function (this: SqliteThread, request) {
    asked.push(request.kind);
    return ask.call(this, request);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
});

/** What a store is asked while something is done. */
async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = asked.length;
  await work();
  return asked.length - before;
}

const alwaysOpen = { at: async () => undefined };

test('of a number that was called before, the store is not asked again until a number or a flow is written', async () => {
  const flow = givenFlow();
  const other = givenFlow();
  const number = givenNumber({ number: '4930100', call_flow_id: flow.id });
  for (const one of [flow, other]) await store.flows.insert(one);
  await store.numbers.insert(number);
  const flowOf = flowFinder(store, await loadActions(), alwaysOpen);

  expect(await requestsOf(() => flowOf('4930100'))).toBe(2);
  expect(await requestsOf(() => flowOf('4930100'))).toBe(0);
  expect(await flowOf('4930100')).toEqual(flow);

  const changed = { name: 'changed', tm_update: wireTime() };
  await store.flows.update(flow.id, changed);
  expect(await flowOf('4930100')).toEqual({ ...flow, ...changed, revision: 2 });

  await store.numbers.update(number.id, { call_flow_id: other.id, tm_update: wireTime() });
  expect(await flowOf('4930100')).toEqual(other);

  await store.numbers.delete(number.id, wireTime());
  expect(await flowOf('4930100')).toBeUndefined();
});

test('while its schedule says that it is closed a number has another flow, or none', async () => {
  const [open, closed] = [givenFlow(), givenFlow()];
  for (const one of [open, closed]) await store.flows.insert(one);
  const schedule = givenSchedule();
  await store.schedules.insert(schedule);
  const hours = { schedule_id: schedule.id, closed_flow_id: closed.id };
  const number = givenNumber({ number: '4930100', call_flow_id: open.id, ...hours });
  await store.numbers.insert(number);
  let says: OpeningNow | undefined = { open: true, reason: 'period', exception: '' };
  const asked: string[] = [];
  const at = async (id: string) => {
    asked.push(id);
    return says;
  };
  const flowOf = flowFinder(store, await loadActions(), { at });
  expect(await flowOf('4930100')).toEqual(open);
  says = { open: false, reason: 'exception', exception: 'Christmas' };
  expect(await flowOf('4930100')).toEqual(closed);
  expect(asked).toEqual([schedule.id, schedule.id]);
  // One that was deleted by force closes nobody.
  says = undefined;
  expect(await flowOf('4930100')).toEqual(open);
  says = { open: false, reason: 'no_period', exception: '' };
  await store.numbers.update(number.id, { closed_flow_id: zeroId, tm_update: wireTime() });
  expect(await flowOf('4930100')).toBeUndefined();
});

test('a number that nobody has is there for the next call as soon as it is made', async () => {
  const flowOf = flowFinder(store, await loadActions(), alwaysOpen);
  expect(await flowOf('4930100')).toBeUndefined();
  expect(await requestsOf(() => flowOf('4930100'))).toBe(0);
  await store.numbers.insert(givenNumber({ number: '4930100', call_flow_id: zeroId }));
  expect(await flowOf('4930100')).toBeUndefined();
  const flow = givenFlow();
  await store.flows.insert(flow);
  await store.numbers.insert(givenNumber({ number: 'default', call_flow_id: flow.id }));
  expect(await flowOf('4930101')).toEqual(flow);
});

test('a change that was refused leaves what is read as it is', async () => {
  const flow = givenFlow();
  await store.flows.insert(flow);
  await store.numbers.insert(givenNumber({ number: '4930100', call_flow_id: flow.id }));
  const flowOf = flowFinder(store, await loadActions(), alwaysOpen);
  await flowOf('4930100');
  await expect(store.flows.insert(flow)).rejects.toMatchObject({ problem: 'conflict' });
  await expect(store.flows.delete(flow.id, wireTime())).rejects.toMatchObject({ problem: 'pointed to' });
  expect(await flowOf('4930100')).toEqual(flow);
});

test('a contact for whom nothing is kept costs no question; what is kept for him counts at once', async () => {
  const { userVariables } = store;
  await userVariables.save('4930900', { 'user.key.name': 'Anna' });
  expect(await requestsOf(() => userVariables.load('4930100'))).toBe(1);
  expect(await requestsOf(() => userVariables.load('4930101'))).toBe(0);
  expect(await userVariables.load('4930900')).toEqual({ 'user.key.name': 'Anna' });
  await userVariables.save('4930101', { 'user.key.name': 'Bo' });
  expect(await userVariables.load('4930101')).toEqual({ 'user.key.name': 'Bo' });
});

test('what was delivered is settled, and what is due is claimed, with one message', async () => {
  const { outbox } = store;
  const delivery = (id: string) => ({
    ...{ id, endpointId: 'a', lane: 'call-1', type: 'call_updated', body: '{}' },
    createdAt: 1_000,
  });
  await store.commit({ deliveries: [delivery('1'), delivery('2')] });
  const request = { now: 1_000, leaseUntil: 31_000, rooms: [{ endpointId: 'a', lanes: 8 }], limit: 8 };
  const { lanes } = await outbox.claim({ ...request, depth: 1 });
  const tried = { at: 1_000, attempts: 1, status: 200, error: '' };
  const settlement = { results: [{ kind: 'delivered', id: '1', ...tried } as const], released: lanes };
  expect(await requestsOf(() => outbox.claim({ ...request, depth: 1 }, settlement))).toBe(1);
  expect(await outbox.countPending()).toBe(1);
});
