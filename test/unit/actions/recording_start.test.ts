import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { neverTime, zeroId } from '../../../src/core/clock.ts';
import { recordingOption } from '../../../src/ports/recording-option.ts';
import { type CallFixture, type GivenCall, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What has been told of recordings. */
const told = ({ recordings }: CallFixture) => recordings.told.map(({ type, data }) => [type, data.status]);

function recorded(option: Readonly<Record<string, unknown>> = {}, call: GivenCall = {}) {
  const given = givenCall(call);
  const flow = given.runOne('recording_start', option);
  return { given, flow };
}

describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
  test('records both sides by themselves, and goes on at once', async () => {
    const { given, flow } = recorded({}, { events });
    await pass(200);
    expect(flow.at).toBe('after');
    const [{ data } = { data: undefined }] = given.recordings.told;
    expect(data).toMatchObject({
      reference_type: 'call',
      reference_id: given.call.id,
      status: 'recording',
      format: 'wav',
      channels: 'stereo',
      tm_end: neverTime,
      duration: 0,
      reason: '',
    });
    expect(given.asterisk.recordings.live).toEqual([
      `ariflow-recording-here-${data?.id}-1-in`,
      `ariflow-recording-here-${data?.id}-1-out`,
    ]);
    expect(flow.variable('voipbin.recording.id')).toBe(data?.id);
    expect(flow.variable('voipbin.recording.reference_type')).toBe('call');
    expect(flow.variable('voipbin.recording.reference_id')).toBe(given.call.id);
    expect(flow.variable('voipbin.recording.format')).toBe('wav');
    expect(flow.variable('voipbin.recording.filenames')).toBe(`${data?.id}.wav`);
    expect(given.call.record).toMatchObject({ recording_id: data?.id, recording_ids: [data?.id] });
    expect([...given.call.recordedAs]).toEqual([[data?.id, `${data?.id}.${data?.format}`]]);
    given.hangup();
    await flow.done;
    expect(given.recordings.captured.map(({ record, segments }) => [record.id, segments.length])).toEqual([
      [data?.id, 1],
    ]);
    expect(given.call.record).toMatchObject({ recording_id: zeroId, recording_ids: [data?.id] });
    given.expectNothingLeft();
  });
});

test.each([
  ['mixed', ['both']],
  ['in', ['in']],
  ['out', ['out']],
])('records %s', async (channels, sides) => {
  const { given } = recorded({ channels });
  await pass(200);
  expect(given.asterisk.recordings.live.map((name) => name.split('-').at(-1))).toEqual(sides);
});

test('ends after its duration, and the call goes on', async () => {
  const { given } = recorded({ duration: 3 });
  await pass(2_900);
  expect(given.recordings.captured).toEqual([]);
  await pass(200);
  expect(given.recordings.captured).toHaveLength(1);
  expect(given.call.isEnded).toBe(false);
  expect(given.call.record.recording_id).toBe(zeroId);
  expect(given.asterisk.recordings.live).toEqual([]);
  expect([...given.asterisk.channels.keys()]).toEqual([given.channel.id]);
});

test.each([
  ['any', '1', true],
  ['#', '#', true],
  ['#', '1', false],
  ['none', '#', false],
])('with the key %s the digit %s ends it: %s', async (end_of_key, digit, ends) => {
  const { given } = recorded({ end_of_key });
  await pass(500);
  given.press(digit);
  await pass(100);
  expect(given.recordings.captured).toHaveLength(ends ? 1 : 0);
});

test('with a beep goes on at once, and records when that has been heard', async () => {
  const { given, flow } = recorded({ beep_start: true }, { soundLength: 400 });
  await pass(100);
  expect(flow.at).toBe('after');
  expect(given.asterisk.playing).toHaveLength(1);
  expect(given.recordings.told).toEqual([]);
  await pass(600);
  expect(told(given)).toEqual([['recording_created', 'recording']]);
});

test('stopped during its beep never begins', async () => {
  const given = givenCall({ soundLength: 400 });
  given.run(
    { type: 'recording_start', option: { beep_start: true } },
    { type: 'recording_stop' },
    { type: 'sleep', option: { duration: 60_000 } },
  );
  await pass(1_000);
  expect(given.recordings.told).toEqual([]);
  expect(given.recordings.dropped).toHaveLength(1);
  expect(given.failures).toEqual([]);
  expect([...given.asterisk.channels.keys()]).toEqual([given.channel.id]);
});

test('whose caller hangs up during its beep never begins, and is no failure', async () => {
  const { given, flow } = recorded({ beep_start: true }, { soundLength: 400 });
  await pass(100);
  given.asterisk.fault('hangup', { isIgnored: true });
  given.call.hangup('normal');
  await pass(3_000);
  expect(given.asterisk.asked).not.toContain('record');
  expect(given.recordings.dropped).toHaveLength(1);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  expect(given.recordings.told).toEqual([]);
  given.expectNothingLeft();
});

test('given up while it is prepared leaves nothing, and the next ones are not held up', async () => {
  const given = givenCall();
  given.asterisk.fault('snoopChannelWithId', { delay: 200 });
  const { recordings } = given.recordings;
  const given_up = new AbortController();
  const starting = recordings
    .start(given.call, recordingOption.parse({}), {
      id: 'r',
      signal: given_up.signal,
      onFailure: () => undefined,
    })
    .catch((error: unknown) => error);
  await pass(100);
  given_up.abort('enough');
  expect(await starting).toBe('enough');
  await pass(10_000);
  expect([...given.asterisk.channels.keys()]).toEqual([given.channel.id]);
  expect(given.recordings.told).toEqual([]);
  expect(recordings.stop(given.call)).toBeUndefined();
});

test('tells nothing of the call where nothing of it has changed', async () => {
  const given = givenCall({ soundLength: 400 });
  given.run(
    { type: 'recording_start', option: { beep_start: true } },
    { type: 'sleep', option: { duration: 60_000 } },
  );
  await pass(100);
  const before = given.published.length;
  given.recordings.recordings.stop(given.call);
  await pass(1_000);
  expect(given.recordings.dropped).toHaveLength(1);
  expect(given.published.slice(before)).toEqual([]);
});

test.each(['snoopChannelWithId', 'record'])(
  'fails where Asterisk refuses %s, and leaves nothing',
  async (operation) => {
    const given = givenCall();
    given.asterisk.fault(operation, { status: 500 });
    const flow = given.runOne('recording_start');
    await pass(10_000);
    expect(given.failures).toEqual(['RECORDING_FAILED']);
    expect(flow.at).toBe('after');
    expect(given.recordings.told).toEqual([]);
    expect([...given.asterisk.channels.keys()]).toEqual([given.channel.id]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  },
);

test('tells of a failure behind a beep, while the flow goes on', async () => {
  const given = givenCall({ soundLength: 400 });
  given.asterisk.fault('record', { status: 500 });
  const flow = given.runOne('recording_start', { beep_start: true });
  await pass(100);
  expect(flow.at).toBe('after');
  await pass(10_000);
  expect(given.failures).toEqual(['RECORDING_FAILED']);
});

test('fails when nothing is written any more', async () => {
  const { given } = recorded();
  await pass(6_000);
  given.recordings.isWriting = false;
  await pass(10_000);
  expect(given.recordings.captured.map(({ record }) => record.reason)).toEqual(['WRITE_FAILED']);
  expect(given.call.isEnded).toBe(false);
});

test('fails when Asterisk ends it by itself', async () => {
  const { given } = recorded();
  await pass(200);
  const [name = ''] = given.asterisk.recordings.live;
  await given.fake.ari.recordings.stop(name);
  await pass(2_000);
  expect(given.recordings.captured.map(({ record }) => record.reason)).toEqual(['WRITE_FAILED']);
  expect(given.asterisk.recordings.live).toEqual([]);
});

test('a call is recorded five times at once, not six', async () => {
  const given = givenCall();
  given.run(...Array.from({ length: 6 }, () => ({ type: 'recording_start' })), {
    type: 'sleep',
    option: { duration: 60_000 },
  });
  await pass(1_000);
  expect(given.failures).toEqual(['TOO_MANY_RECORDINGS']);
  expect(given.recordings.told).toHaveLength(5);
  expect(new Set(given.call.record.recording_ids).size).toBe(5);
});

describe('paused', () => {
  test('records nothing, and into other files when it goes on; pauses are not counted', async () => {
    const { given } = recorded({ duration: 3 });
    await pass(1_000);
    const { recordings } = given.recordings;
    const id = given.call.record.recording_id;
    const order = async (work: Promise<unknown>) => {
      const done = work.then(
        () => 'done',
        (error: { reason: string }) => error.reason,
      );
      await pass(100);
      return done;
    };
    expect(await order(recordings.resume(id))).toBe('CONFLICT');
    expect(await order(recordings.pause(id))).toBe('done');
    expect(await order(recordings.pause(id))).toBe('CONFLICT');
    expect(given.asterisk.recordings.live).toEqual([]);
    await pass(60_000);
    expect(await order(recordings.resume(id))).toBe('done');
    expect(given.asterisk.recordings.live.map((name) => name.slice(-5))).toEqual(['-2-in', '2-out']);
    await pass(2_500);
    expect(given.recordings.captured.map(({ segments }) => segments.length)).toEqual([2]);
    expect(told(given)).toEqual([
      ['recording_created', 'recording'],
      ['recording_updated', 'paused'],
      ['recording_updated', 'recording'],
    ]);
    expect(await order(recordings.pause(id))).toBe('CONFLICT');
    expect(await order(recordings.pause('nobody'))).toBe('NOT_FOUND');
  });

  test('that cannot go on stays paused, and keeps what there was', async () => {
    const { given } = recorded();
    await pass(1_000);
    const { recordings, captured, discarded } = given.recordings;
    const id = given.call.record.recording_id;
    void recordings.pause(id);
    await pass(100);
    given.asterisk.fault('record', { status: 503, times: 1 });
    const failing = recordings.resume(id).catch((error: { reason: string }) => error.reason);
    await pass(10_000);
    expect(await failing).toBe('UNAVAILABLE');
    expect((await recordings.get(id)).status).toBe('paused');
    expect(given.asterisk.recordings.live).toEqual([]);
    expect(discarded.map((name) => name.slice(-5)).sort()).toEqual(['-2-in', '2-out']);

    void recordings.resume(id);
    await pass(100);
    expect(given.asterisk.recordings.live.map((name) => name.slice(-5))).toEqual(['-3-in', '3-out']);
    recordings.stop(given.call);
    await pass(100);
    const names = captured.map(({ segments }) =>
      segments.map((tracks) => tracks.map(({ name }) => name.slice(-5))),
    );
    expect(names).toEqual([
      [
        ['-1-in', '1-out'],
        ['-3-in', '3-out'],
      ],
    ]);
  });

  test('keeps what there was where the caller hangs up as it goes on', async () => {
    const { given, flow } = recorded();
    await pass(1_000);
    const { recordings, captured } = given.recordings;
    const id = given.call.record.recording_id;
    void recordings.pause(id);
    await pass(100);
    given.asterisk.fault('record', { delay: 500 });
    const failing = recordings.resume(id).catch((error: { reason: string }) => error.reason);
    await pass(100);
    given.hangup();
    await pass(10_000);
    await flow.done;
    expect(await failing).toBe('UNAVAILABLE');
    expect(captured.map(({ segments }) => segments.length)).toEqual([1]);
    given.expectNothingLeft();
  });

  test('is released with the call', async () => {
    const { given, flow } = recorded();
    await pass(500);
    void given.recordings.recordings.pause(given.call.record.recording_id);
    await pass(100);
    given.hangup();
    await flow.done;
    expect(given.recordings.captured).toHaveLength(1);
    given.expectNothingLeft();
  });
});
