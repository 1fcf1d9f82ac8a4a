import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const start = { type: 'recording_start' };
const stop = (option?: Readonly<Record<string, unknown>>) => ({
  type: 'recording_stop',
  ...(option && { option }),
});

test('ends the recording, and goes on at once', async () => {
  const given = givenCall();
  const flow = given.run(start, stop(), { id: 'after', ...longSleep });
  await pass(500);
  expect(flow.at).toBe('after');
  const [recording] = given.recordings.captured;
  expect(recording?.record).toMatchObject({ status: 'recording', reason: '' });
  expect(given.call.record).toMatchObject({ recording_id: zeroId, recording_ids: [recording?.record.id] });
  expect([...given.asterisk.channels.keys()]).toEqual([given.channel.id]);
});

test('of several ends the newest, then the one before', async () => {
  const given = givenCall();
  given.run(start, start, stop(), longSleep);
  await pass(500);
  const [first, second] = given.call.record.recording_ids;
  expect(given.recordings.captured.map(({ record }) => record.id)).toEqual([second]);
  expect(given.call.record.recording_id).toBe(first);
});

test('ends the one that is named', async () => {
  const given = givenCall();
  given.run(
    start,
    { type: 'variable_set', option: { key: 'first', value: '${voipbin.recording.id}' } },
    start,
    stop({ id: '${first}' }),
    longSleep,
  );
  await pass(500);
  const [first, second] = given.call.record.recording_ids;
  expect(given.recordings.captured.map(({ record }) => record.id)).toEqual([first]);
  expect(given.call.record.recording_id).toBe(second);
});

test('ends one that has begun rather than one that waits for its beep', async () => {
  const given = givenCall({ soundLength: 5_000 });
  given.run(start, { ...start, option: { beep_start: true } }, stop(), longSleep);
  await pass(1_000);
  const [first] = given.call.record.recording_ids;
  expect(given.recordings.captured.map(({ record }) => record.id)).toEqual([first]);
});

test('is heard of by whoever waits for the end of the recording', async () => {
  const given = givenCall();
  given.run(start, { type: 'digits_receive', option: { duration: 60_000 } }, stop(), longSleep);
  await pass(500);
  const [id = ''] = given.call.record.recording_ids;
  let isOver = false;
  void given.recordings.recordings.whenOver(id, new AbortController().signal).then(() => {
    isOver = true;
  });
  await pass(5_000);
  expect(isOver).toBe(false);
  given.press('1');
  await pass(500);
  expect(isOver).toBe(true);
});

test('without a recording does nothing', async () => {
  const given = givenCall();
  const flow = given.run(stop(), { id: 'after', ...longSleep });
  await pass(100);
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual([]);
});
