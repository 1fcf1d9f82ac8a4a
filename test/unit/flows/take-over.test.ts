import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CallHungUp } from '../../../src/calls/call-hung-up.ts';
import type { CallRecord } from '../../../src/calls/call-record.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const other = (id: string) => ({ id, actions: checkFlow([longSleep], catalogue).actions });

test('two who take a call over at once leave it with one flow', async () => {
  const given = givenCall();
  given.run(longSleep);
  await pass();
  const both = [other('one'), other('two')].map((flow) => given.activeflows.takeOver(given.call, flow));
  await pass();
  await Promise.all(both);
  expect(given.activeflows.size).toBe(1);
  expect(given.of('activeflow_created').map(({ flow_id }) => flow_id)).toEqual([
    expect.any(String),
    'one',
    'two',
  ]);
  expect(given.call.record).toMatchObject({ flow_id: 'two', status: 'ringing' });
  given.hangup();
  await pass();
  given.expectNothingLeft();
});

test('a call names the activeflow it has, and keeps the last one when it is over', async () => {
  const given = givenCall();
  const first = given.run(longSleep);
  await pass();
  const named = () => given.call.record.activeflow_id;
  expect(named()).toBe(first.activeflow.id);
  await given.activeflows.takeOver(given.call, other('one'));
  const [, second] = given.of('activeflow_created');
  expect(named()).toBe(second?.id);
  await given.activeflows.takeOver(given.call);
  expect(named()).toBe(zeroId);
  await given.activeflows.takeOver(given.call, other('two'));
  const [, , third] = given.of('activeflow_created');
  given.hangup();
  await pass();
  const told = ['call_created', 'call_transferred', 'call_hungup'].flatMap((type) =>
    given.published
      .filter((event) => event.type === type)
      .map(({ data }) => (data as CallRecord).activeflow_id),
  );
  expect(told).toEqual([first.activeflow.id, second?.id, zeroId, third?.id, third?.id]);
  given.expectNothingLeft();
});

test('a call that is hung up meanwhile is not taken over', async () => {
  const given = givenCall();
  given.run(longSleep);
  await pass();
  const taking = given.activeflows.takeOver(given.call, other('one'));
  given.hangup();
  await expect(taking).rejects.toThrow(CallHungUp);
  await pass();
  expect(given.types.filter((type) => type.startsWith('call_')).at(-1)).toBe('call_hungup');
  expect(given.of('activeflow_created')).toHaveLength(1);
  given.expectNothingLeft();
});
