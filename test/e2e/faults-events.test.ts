import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  accompanied,
  changed,
  duplicated,
  type EventFault,
  missing,
  reordered,
} from '../support/event-faults.ts';
import { type Dialled, FaultySystem } from '../support/faulty-system.ts';
import { isSoak } from '../support/scale.ts';
import type { System } from '../support/system.ts';
import { expectWhole } from '../support/told.ts';
import { eventually } from '../support/until.ts';

// Events that come twice, in another order, not at all, changed, or of types that nobody knows: no call and no flow stays.

let faulty: FaultySystem;
let system: System;

const seed = 7;
const rounds = isSoak ? 10 : 1;

beforeAll(async () => {
  faulty = await FaultySystem.start();
  ({ system } = faulty);
  await system.flowOn('tour', [
    { type: 'answer' },
    { type: 'beep' },
    { type: 'echo', option: { duration: 500 } },
    { type: 'digits_receive', option: { duration: 1_500, length: 2 } },
    { type: 'talk', option: { text: 'Hello' } },
    { type: 'hangup' },
  ]);
});
afterAll(() => faulty?.[Symbol.asyncDispose]());

const wrong = [
  ...[
    /event_not_handled/,
    /unexpected_error/,
    /orphan_/,
    /"code":"[A-Z_]+"/,
    /_failed"/,
    /ari_not_connected/,
  ],
  ...[
    /application_taken_over/,
    /Web socket closed abruptly/,
    /WebSocket read error/,
    /channel_refused/,
    /stalled/,
    /Playback failed/,
  ],
];

async function dialAll(count: number): Promise<readonly Dialled[]> {
  const dialled: Dialled[] = [];
  for (let each = 0; each < count; each++) dialled.push(await faulty.dial('tour'));
  return dialled;
}

const faults: readonly (readonly [string, (round: number) => EventFault])[] = [
  ['twice', () => duplicated],
  ['in another order', (round) => reordered(seed + round)],
  ['with others of types that nobody knows', () => accompanied],
];

test.each(faults)('events %s: calls go their way and are told once', async (_, faultOf) => {
  for (let round = 0; round < rounds; round++) {
    faulty.proxy.events = faultOf(round);
    for (const { call, callId } of await dialAll(3)) {
      expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
      await system.history(callId);
      expectWhole(system.sink.eventsOf(callId), callId);
    }
    faulty.proxy.heal();
  }
  await system.quiet(wrong);
});

const worse: readonly (readonly [string, (round: number) => EventFault])[] = [
  ['of ends are missing', () => missing(/StasisEnd|Destroyed|Finished|LeftBridge|HangupRequest/)],
  ['are missing but for the calls that come', () => missing(/^(?!StasisStart$)/)],
  ['come changed', (round) => changed(seed + round, 0.5)],
];

test.each(worse)(
  'events that %s: what cannot be known of is over in a while, and nothing is left',
  async (_, faultOf) => {
    for (let round = 0; round < rounds; round++) {
      const calls = await dialAll(2);
      faulty.proxy.events = faultOf(round);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      for (const { call } of calls) if (!call.isEnded) await call.bye();
      for (const { callId } of calls)
        await system.sink.waitFor(
          ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === callId,
          { timeout: 60_000 },
        );
      faulty.proxy.heal();
      for (const { callId } of calls) {
        const types = system.sink.types(system.sink.eventsOf(callId));
        expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
      }
    }
    const patience = { timeout: 80_000 };
    await eventually(async () => (await faulty.left()).length === 0, {
      ...patience,
      what: 'nothing to be left',
    });
    await eventually(async () => (await system.figure('ariflow_orphans')) === 0, patience);
    await system.quiet(wrong);
  },
);

test('and afterwards a call goes its way', async () => {
  const { call, callId } = await faulty.dial('tour');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  expect(await system.history(callId)).not.toContain('action_failed');
  await system.quiet(wrong);
});
