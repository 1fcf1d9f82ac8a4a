import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import type { Call } from '../../../src/calls/call.ts';
import { type CallFixture, type GivenCall, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A leg that the far end is rung for. */
async function dialled({ outgoing, asterisk }: CallFixture) {
  const leg = outgoing.port.ring({
    source: telAddress('1001'),
    destination: telAddress('+4930123456'),
    timeout: 30_000,
  });
  await pass();
  return { leg, party: asterisk.farEnd(leg.channelId) };
}

async function relayed(given: CallFixture, { id }: Pick<Call, 'id'>) {
  const flow = given.runOne('hangup_relay', { reference_id: id });
  await pass(1_000);
  expect(flow.isDone).toBe(true);
  return { end: await given.channel.ended.promise, record: given.call.record };
}

test.each([
  [486, 486, 'busy'],
  [603, 603, 'noanswer'],
  [480, 480, 'noanswer'],
  [404, 404, 'failed'],
  [503, 503, 'failed'],
] as const)(
  'an unanswered caller gets the response %i that the other was refused with',
  async (status, relayedAs, reason) => {
    const given = givenCall();
    const { leg, party } = await dialled(given);
    party.refuse(status);
    await leg.whenEnded;
    const { end, record } = await relayed(given, leg);
    expect(end).toMatchObject({ by: 'them', status: relayedAs });
    expect(record).toMatchObject({ hangup_by: 'local', hangup_reason: reason });
  },
);

const up: GivenCall = { state: 'Up' };

test('an answered caller gets the cause', async () => {
  const given = givenCall(up);
  const { leg, party } = await dialled(given);
  party.refuse(486);
  await leg.whenEnded;
  const { end } = await relayed(given, leg);
  expect(end).toMatchObject({ by: 'them', cause: 17 });
});

test('the cause in a BYE is relayed', async () => {
  const given = givenCall(up);
  const { leg, party } = await dialled(given);
  party.answer();
  await leg.whenUp;
  party.hangup(38);
  await leg.whenEnded;
  const { end, record } = await relayed(given, leg);
  expect(end).toMatchObject({ cause: 38 });
  expect(record).toMatchObject({ hangup_by: 'local', hangup_reason: 'normal' });
});

test('of a call that lives, of its own, and of one that nobody knows it is a normal end', async () => {
  for (const which of ['living', 'own', 'unknown'] as const) {
    const given = givenCall(up);
    const { leg } = await dialled(given);
    const id = { living: leg.id, own: given.call.id, unknown: '00000000-0000-4000-8000-000000000000' }[which];
    const { record } = await relayed(given, { id });
    expect(record).toMatchObject({ hangup_by: 'local', hangup_reason: 'normal' });
    leg.hangup('cancel');
    await pass(10_000);
  }
});

test('does not hang up a call that another flow has taken meanwhile', async () => {
  const given = givenCall(up);
  const asked = Promise.withResolvers<undefined>();
  vi.spyOn(given.calls, 'endOf').mockReturnValue(asked.promise);
  given.runOne('hangup_relay', { reference_id: '00000000-0000-4000-8000-000000000000' });
  await pass(10);
  const taken = given.activeflows.takeOver(given.call, {
    id: '',
    actions: [{ id: 'x', next_id: '', type: 'sleep', option: { duration: 60_000 } }],
  });
  await pass(10);
  asked.resolve(undefined);
  await pass(1_000);
  const { done } = await taken;
  expect(given.call.hangupSignal.aborted).toBe(false);
  expect(given.call.record.action.id).toBe('x');
  given.hangup();
  await done;
  given.expectNothingLeft();
});
