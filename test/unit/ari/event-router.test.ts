import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventRouter, subjectOf } from '../../../src/ari/event-router.ts';
import type { AriEvent } from '../../../src/ari/events.gen.ts';

const event = (fields: object): AriEvent =>
  ({ application: 'ariflow', timestamp: '', ...fields }) as AriEvent;

test.each([
  [{ type: 'StasisStart', channel: { id: 'c1' }, args: [] }, 'channel:c1'],
  [{ type: 'PlaybackFinished', playback: { target_uri: 'channel:c1' } }, 'channel:c1'],
  [{ type: 'RecordingFinished', recording: { target_uri: 'bridge:b1' } }, 'bridge:b1'],
  [{ type: 'BridgeCreated', bridge: { id: 'b1' } }, 'bridge:b1'],
  [{ type: 'ChannelEnteredBridge', bridge: { id: 'b1' }, channel: { id: 'c1' } }, 'channel:c1'],
  [{ type: 'Dial', peer: { id: 'c2' }, dialstatus: '' }, 'channel:c2'],
  [{ type: 'ApplicationRegistered' }, undefined],
  [{ type: 'SomethingNew', channel: { id: 'c9' } }, 'channel:c9'],
  [{ type: 'SomethingNew', thing: 1 }, undefined],
])('%j is about %j', (fields, subject) => {
  expect(subjectOf(event(fields))).toBe(subject);
});

test('an event goes to its owner, and to nobody else', () => {
  const [mine, others, unowned]: AriEvent[][] = [[], [], []];
  const router = new EventRouter();
  router.onUnowned((found) => unowned?.push(found));
  const ownership = router.own('channel:c1', { deliver: (found) => mine?.push(found) });
  router.own('channel:c2', { deliver: (found) => others?.push(found) });
  const start = event({ type: 'StasisStart', channel: { id: 'c1' }, args: [] });
  router.dispatch(start);
  expect([mine, others, unowned]).toEqual([[start], [], []]);
  expect(router.owns('channel:c1')).toBe(true);
  ownership[Symbol.dispose]();
  router.dispatch(start);
  expect([mine, others, unowned]).toEqual([[start], [], [start]]);
  expect(router.size).toBe(1);
});

test('no event, however broken, is too much for it', () => {
  const router = new EventRouter();
  const part = fc.oneof(fc.constant(null), fc.constant(undefined), fc.integer(), fc.string(), fc.object());
  const broken = fc.record(
    {
      type: fc.oneof(fc.constantFrom('Dial', 'StasisStart', 'PlaybackFinished'), fc.string()),
      channel: part,
      bridge: part,
      playback: part,
      recording: part,
      peer: part,
    },
    { requiredKeys: ['type'] },
  );
  fc.assert(fc.property(broken, (fields) => router.dispatch(event(fields))));
});
