import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { timelineOf } from '../../../src/api/timeline.ts';
import { neverTime, nowMicros, wireTime } from '../../../src/core/clock.ts';
import { givenStore } from '../../support/store-folder.ts';
import { givenCall, ofCalls } from '../../support/store-records.ts';

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

/** So many microseconds after it began. */
const at = (step: number): string => wireTime(began + step);

test('holds, what was played and what led nowhere are on it, each with its time', async () => {
  await using given = await givenStore();
  const met = [
    { kind: 'playback', at: began + 1, end: began + 2, what: 'sound:beep' },
    { kind: 'hold', at: began + 3, end: began + 5, what: 'hold' },
    {
      kind: 'failure',
      at: began + 4,
      end: began + 4,
      what: 'goto',
      id: 'astray',
      data: { code: 'INVALID_TARGET', message: 'there is no such action to go to' },
    },
    { kind: 'hold', at: began + 6, what: 'moh', data: { value: 'default' } },
  ] as const;
  const { events } = await timelineOf(given.store, givenCall({ tm_create: at(0) }), { entries: met });
  expect(events.slice(1)).toEqual([
    { tm: at(1), tm_end: at(2), type: 'playback', what: 'sound:beep', id: '', step: 0, data: {} },
    { tm: at(3), tm_end: at(5), type: 'hold', what: 'hold', id: '', step: 0, data: {} },
    { tm: at(4), tm_end: at(4), type: 'failure', what: 'goto', id: 'astray', step: 0, data: met[2].data },
    { tm: at(6), tm_end: neverTime, type: 'hold', what: 'moh', id: '', step: 0, data: { value: 'default' } },
  ]);
});

test('the legs of a call are on it, from where they were made to their end, and to no end while they live', async () => {
  await using given = await givenStore();
  const over = givenCall({
    direction: 'outgoing',
    status: 'hangup',
    tm_create: at(2),
    tm_ringing: at(3),
    tm_hangup: at(5),
    hangup_by: 'remote',
    hangup_reason: 'busy',
    sip_code: 486,
  });
  const ringing = givenCall({
    direction: 'outgoing',
    status: 'ringing',
    tm_create: at(1),
    tm_ringing: at(4),
  });
  await given.store.commit({ live: ofCalls(over, ringing) });
  // Of one of them nothing is stored any more.
  const call = givenCall({ tm_create: at(0), chained_call_ids: [over.id, randomUUID(), ringing.id] });
  const { events, is_cut } = await timelineOf(given.store, call, undefined);
  const leg = { type: 'leg', step: 0 } as const;
  expect(events.slice(1)).toEqual([
    {
      ...leg,
      tm: at(1),
      tm_end: neverTime,
      what: 'ringing',
      id: ringing.id,
      data: {
        destination: ringing.destination,
        tm_ringing: at(4),
        tm_progressing: neverTime,
        hangup_by: '',
        hangup_reason: '',
        sip_code: 0,
      },
    },
    {
      ...leg,
      tm: at(2),
      tm_end: at(5),
      what: 'hangup',
      id: over.id,
      data: {
        destination: over.destination,
        tm_ringing: at(3),
        tm_progressing: neverTime,
        hangup_by: 'remote',
        hangup_reason: 'busy',
        sip_code: 486,
      },
    },
  ]);
  expect(is_cut).toBe(false);
});
