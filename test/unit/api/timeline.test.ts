import { expect, test } from 'vitest';
import { timelineOf } from '../../../src/api/timeline.ts';
import { neverTime, nowMicros, wireTime } from '../../../src/core/clock.ts';
import { givenStore } from '../../support/store-folder.ts';
import { givenCall } from '../../support/store-records.ts';

const began = nowMicros();
const entries = [
  {
    kind: 'action',
    at: began,
    end: began + 5,
    what: 'answer',
    id: 'answer',
    step: 1,
    data: { next: 'next' },
  },
  { kind: 'action', at: began + 5, what: 'sleep', id: 'rest', step: 2 },
  { kind: 'playback', at: began + 6, what: 'sound:beep' },
] as const;

test('what still goes on in what was written of a call that is over has ended with it', async () => {
  await using given = await givenStore();
  const tm_hangup = wireTime(began + 9);
  const { events } = await timelineOf(given.store, givenCall({ status: 'hangup', tm_hangup }), { entries });
  expect(events.filter(({ type }) => type === 'action' || type === 'playback')).toMatchObject([
    { id: 'answer', tm_end: wireTime(began + 5), data: { next: 'next' } },
    { id: 'rest', tm_end: tm_hangup, data: { next: 'interrupted' } },
    { type: 'playback', tm_end: tm_hangup, data: {} },
  ]);
});

test('what goes on with a call goes on', async () => {
  await using given = await givenStore();
  const { events } = await timelineOf(given.store, givenCall(), { entries });
  expect(events.find(({ id }) => id === 'rest')).toMatchObject({ tm_end: neverTime, data: {} });
});
