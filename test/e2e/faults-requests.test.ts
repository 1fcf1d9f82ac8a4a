import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dialled, FaultySystem } from '../support/faulty-system.ts';
import type { RequestFault } from '../support/request-faults.ts';
import type { System } from '../support/system.ts';
import { expectWhole } from '../support/told.ts';
import { eventually, until } from '../support/until.ts';

// An ARI that refuses, or says nothing: every call and every flow ends, is told once, and nothing is left in Asterisk.

const tour = [
  { type: 'answer' },
  { type: 'beep' },
  { type: 'talk', option: { text: 'Hello' } },
  { type: 'echo', option: { duration: 500 } },
  { type: 'recording_start', option: { format: 'wav' } },
  { type: 'digits_receive', option: { duration: 2_000, length: 1 } },
  { type: 'hangup' },
];

let faulty: FaultySystem;
let system: System;

beforeAll(async () => {
  faulty = await FaultySystem.start();
  ({ system } = faulty);
  await system.flowOn('tour', tour);
  await system.flowOn('short', [
    { type: 'answer' },
    { type: 'sleep', option: { duration: 1_500 } },
    { type: 'hangup' },
  ]);
});
afterAll(() => faulty?.[Symbol.asyncDispose]());

/** What is said where it refuses; and what had to be ended by the audit, because a refusal said that it had gone. */
const refused = [
  ...[/"code":"[A-Z_]+"/, /orphan_/, /_failed"/, /unexpected_error.*Ari/, /ari_not_connected/],
  ...[/Web socket closed abruptly/, /WebSocket read error/, /stalled/],
];

type Fault = Omit<RequestFault, 'request'>;

/** With the ids by which its requests are known. */
interface Victim extends Dialled {
  readonly ids: readonly string[];
}

/** A call of which from now on every request, or every one that begins so, goes wrong in the same way. */
async function victim(number: string, fault: Fault, beginning = ''): Promise<Victim> {
  const before = await faulty.left();
  const one = await faulty.dial(number);
  // What Asterisk has more is for this one, and the ids of what is still to be made have the call's in them.
  const ids = [...(await faulty.left()).filter((id) => !before.includes(id)), one.callId];
  faulty.proxy.requests.add({ request: new RegExp(`^${beginning}.*(${ids.join('|')})`), ...fault });
  return { ...one, ids };
}

/** What a refusal has hidden is found within 30 s, and ended after its grace. */
async function nothingIsLeft(where = faulty): Promise<void> {
  const patience = { timeout: 80_000 };
  await eventually(async () => (await where.left()).length === 0, {
    ...patience,
    what: 'nothing to be left in Asterisk',
  });
  await eventually(async () => (await system.figure('ariflow_orphans')) === 0, {
    ...patience,
    what: 'the audit to find nothing any more',
  });
  await system.quiet(refused);
}

/** By what is answered. Where nothing is, that is soon about all that a daemon asks: each such call has it for itself. */
const faults: Readonly<Record<string, readonly Fault[]>> = {
  '500, 503, 404, 409, 412, or after a second': [
    ...[500, 503, 404, 409, 412].map((status) => ({ status })),
    { delay: 1_000 },
  ],
  nothing: [{ isLost: true }],
  'nothing, and does it': [{ isUnanswered: true }],
};

test.each(Object.entries(faults))(
  'ARI answers %s to all that is about a call, until it is over',
  async (_, kinds) => {
    const victims: Victim[] = [];
    for (const fault of kinds) victims.push(await victim('tour', fault));
    await pause(4_000);
    await Promise.all(victims.map(({ call }) => call.isEnded || call.bye()));
    for (const { callId, ids } of victims) {
      await system.history(callId);
      expectWhole(system.sink.eventsOf(callId), callId);
      expect(faulty.proxy.requests.hit.some((line) => ids.some((id) => line.includes(id)))).toBe(true);
    }
    faulty.proxy.heal();
    await nothingIsLeft();
  },
);

// Nearly all of it is waiting.
describe.concurrent('ARI refuses for long', () => {
  test('the hang-up of a call is refused, or said to be of none: its flow is over, and so is the caller in a while', async () => {
    const kinds: readonly Fault[] = [
      { status: 404, times: 1 },
      { status: 500, times: 2 },
      { isLost: true, times: 1 },
    ];
    const calls: Dialled[] = [];
    for (const fault of kinds) calls.push(await victim('short', fault, 'DELETE channels/'));
    // Each answer of Asterisk's to something else lets a request wait longer for its own.
    await Promise.all(calls.map(({ callId }) => system.history(callId, { timeout: 90_000 })));
    for (const { callId } of calls) expectWhole(system.sink.eventsOf(callId), callId);
    await until(() => calls.every(({ call }) => call.isEnded), {
      what: 'all callers to be hung up',
      timeout: 60_000,
    });
    const released = () => system.daemon.log.filter(({ msg }) => msg === 'orphan_released');
    await until(() => released().length > 0);
    expect(released()).toHaveLength(1); // the first
    faulty.proxy.heal();
    await nothingIsLeft();
  });

  test('ARI answers 500 to everything, the comparison included: a call of which nothing can be known is over in a while', async () => {
    await using own = await FaultySystem.start();
    const { system } = own;
    await system.flowOn('tour', tour);
    const { call, callId } = await own.dial('tour');
    own.proxy.requests.add({ request: /./, status: 500 });
    own.proxy.cut();
    await system.sink.waitFor(
      ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === callId,
      { timeout: 60_000 },
    );
    own.proxy.heal();
    await until(() => call.isEnded, { what: 'the caller to be hung up', timeout: 60_000 });
    expectWhole(system.sink.eventsOf(callId), callId);
    await nothingIsLeft(own);
    await system.quiet(refused);
  });
});

test('and afterwards a call goes its way, as if nothing had happened', async () => {
  const { call, callId } = await faulty.dial('tour');
  await until(() => call.heard.sounds().length > 0, { what: 'the beep' });
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  expect(await system.history(callId)).not.toContain('action_failed');
  await system.quiet(refused);
});
