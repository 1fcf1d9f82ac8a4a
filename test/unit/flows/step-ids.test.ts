import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import { derivedUuid } from '../../../src/core/derived-uuid.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  givenCall,
  longSleep,
  pass,
  type WrittenAction,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const callId = '7d1f6f8e-55a6-4c3b-9a5e-0f6f4f0b8c11';
const beep = { id: 'beep', type: 'beep' };
const callee = { type: 'tel', target: '+49301' };

/** The ids of the playbacks that were asked for, oldest first. */
function playbacks({ asterisk }: CallFixture): string[] {
  return asterisk.requests.flatMap(({ body }) => (body?.playbackId ? [String(body.playbackId)] : []));
}

/** A call of ours with this id, which rings, and the ids of all that a flow on it has Asterisk make. */
async function made(...actions: readonly WrittenAction[]): Promise<string[]> {
  const given = givenCall();
  const leg = given.calls.outgoing({
    id: callId,
    source: telAddress('1001'),
    destination: telAddress('1002'),
  });
  const before = given.asterisk.requests.length;
  given.asterisk.onDial((party) => party.answer());
  const flow = { id: 'flow', actions: checkFlow(actions, catalogue).actions };
  void given.activeflows.runOnCall(leg, flow);
  leg.reconcile({ ...given.channel.json, state: 'Up' });
  await pass(30_000);
  const asked = given.asterisk.requests.slice(before);
  const ids = asked.flatMap(({ path, query, body }) => [
    ...Object.values(path).filter((value) => value.startsWith('ariflow-')),
    ...[query.channelId, query.otherChannelId, body?.playbackId].filter((value) => value !== undefined),
  ]);
  return [...new Set(ids.map(String))];
}

test('are made of the call, the step and a key', async () => {
  const given = givenCall({ soundLength: 100, state: 'Up' });
  given.run(
    beep,
    { type: 'play', option: { stream_urls: ['sound:a', 'sound:b'] } },
    { type: 'connect', option: { destinations: [callee, callee] } },
  );
  await pass(2_000);
  const { id } = given.call;
  expect(playbacks(given)).toEqual(
    [1, 2, 3].map((n) => `ariflow-playback-${id}-${n === 1 ? '1-1' : `2-${n - 1}`}`),
  );
  expect([...given.asterisk.bridges.keys()]).toEqual([`ariflow-bridge-${id}-3`]);
  const legs = [0, 1].map((index) => derivedUuid(id, 3, 'call', index));
  expect(given.call.record.chained_call_ids).toEqual(legs);
  expect([...given.asterisk.channels.keys()]).toEqual([
    given.channel.id,
    ...legs.map((leg) => `ariflow-leg-${leg}`),
  ]);
});

test('of an action that is come back to are others each time', async () => {
  const given = givenCall({ soundLength: 100 });
  given.run(beep, { type: 'goto', option: { target_id: 'beep', loop_count: 2 } }, longSleep);
  await pass(5_000);
  expect(playbacks(given)).toEqual([1, 3, 5].map((step) => `ariflow-playback-${given.call.id}-${step}-1`));
});

test('of a list that repeats, and of the flows a call goes to, are others each time', async () => {
  const given = givenCall({ soundLength: 100 });
  const waiting = '2e7f2d1c-0000-4000-8000-000000000001';
  const queue = given.queues.add({ wait_flow_id: waiting });
  given.flows.set(waiting, { id: waiting, actions: checkFlow([beep], catalogue).actions });
  given.run({ type: 'queue_join', option: { queue_id: queue.id } });
  await pass(3_500);
  const flow = { id: 'other', actions: checkFlow([beep, longSleep], catalogue).actions };
  await Promise.all([given.activeflows.takeOver(given.call, flow), pass(1_000)]);
  const ids = playbacks(given);
  expect(ids.length).toBeGreaterThan(3);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.at(-1)).toBe(`ariflow-playback-${given.call.id}-${given.call.steps.last - 1}-1`);
});

test('are stored with the activeflow as the number of its step', async () => {
  const given = givenCall({ soundLength: 100 });
  given.run({ type: 'beep' }, { type: 'beep' }, longSleep);
  await pass(1_000);
  expect(given.written.at(-1)?.state()).toMatchObject({ step: 3 });
});

test('of a flow without a call are made of its own id', async () => {
  const given = givenCall();
  const call = { type: 'call', option: { source: callee, destinations: [callee], actions: [longSleep] } };
  const activeflow = given.activeflows.start({ id: '', actions: checkFlow([call], catalogue).actions });
  await pass(100);
  const made = given.of('call_created').at(-1);
  expect(made?.id).toBe(derivedUuid(activeflow.id, 1, 'call', 0));
  expect(made?.activeflow_id).toBe(derivedUuid(activeflow.id, 1, 'activeflow', 0));
});

const actionsOf: Readonly<Record<string, readonly WrittenAction[]>> = {
  prompts: [beep, { type: 'play', option: { stream_urls: ['sound:a', 'sound:b'], loop: 2 } }],
  legs: [{ type: 'connect', option: { destinations: [callee, callee] } }],
  echo: [{ type: 'echo', option: { duration: 1_000 } }],
  'a recording': [{ type: 'recording_start', option: {} }, beep],
  amd: [{ type: 'amd', option: {} }],
  'a conference': [{ type: 'confbridge_join', option: { confbridge_id: callId } }],
};

test.each(Object.entries(actionsOf))(
  'of %s are the same for whoever does the same step again',
  async (_, actions) => {
    const ids = await made(...actions);
    expect(ids.length).toBeGreaterThan(0);
    expect(await made(...actions)).toEqual(ids);
  },
);
