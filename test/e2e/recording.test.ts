import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { loadSecrets } from '../../src/config/secrets.ts';
import { zeroId } from '../../src/core/clock.ts';
import type { RecordingRecord } from '../../src/recordings/recording-record.ts';
import { mediaClock } from '../support/media-clock.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { frameSize, goertzel, isSilent, sampleRate, soundShare, tone } from '../support/tones.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { readWav, type Wav, wavOf } from '../support/wav.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
// Of those beside each other the next one by itself is behind all.
afterEach(async ({ task }) => {
  if (task.concurrent) return;
  await quiet();
  await noStrays();
});
afterAll(() => system[Symbol.asyncDispose]());

/** What a test expects in the logs. */
const expected: RegExp[] = [/Playback failed for sound/];
const quiet = () => system.quiet(expected);

const idle = { type: 'sleep', option: { duration: 60_000 } };
const start = (option: object = {}) => ({ type: 'recording_start', option });
const folder = (...names: string[]) => join(system.asterisk.dataDir, ...names);

/** The events of recordings of a call, in order. */
const told = (callId: string) =>
  system.sink.requests
    .filter(({ type, data }) => type?.startsWith('recording_') && data.reference_id === callId)
    .map(({ type, data }) => ({ type, data: data as unknown as RecordingRecord })); // a recording's event

/** Waits until so many recordings of this call are over; answers them in the order of their ends. */
async function over(callId: string, count = 1): Promise<RecordingRecord[]> {
  const ended = () =>
    told(callId).filter(({ type, data }) => type === 'recording_updated' && /done|failed/.test(data.status));
  await until(() => ended().length >= count, { timeout: 20_000, what: `${count} recordings to be over` });
  return ended().map(({ data }) => data);
}

async function done(callId: string): Promise<RecordingRecord> {
  const [recording] = await over(callId);
  expect(recording).toMatchObject({ status: 'done', reason: '' });
  return recording as RecordingRecord; // there is one
}

function request(path: string, init: RequestInit = {}): Promise<Response> {
  const authorization = `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}`;
  return fetch(`${system.daemon.url}/v1.0/${path}`, {
    ...init,
    headers: { authorization, ...(init.headers as Record<string, string>) },
  });
}

async function bytesOf({ id }: Pick<RecordingRecord, 'id'>): Promise<Buffer> {
  const response = await request(`recordingfiles/${id}`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function audioOf(recording: Pick<RecordingRecord, 'id'>): Promise<Wav> {
  return readWav(await bytesOf(recording));
}

/** Where a tone begins in a channel, in milliseconds; 5 ms of it suffice. */
function onset(samples: Int16Array | undefined, frequency: number, from = 0): number {
  const window = frameSize / 2;
  for (let at = from * 8; samples && at + window <= samples.length; at += 8) {
    const piece = samples.subarray(at, at + window);
    if (!isSilent(piece) && goertzel(piece, frequency) > 0.5) return (at / sampleRate) * 1_000;
  }
  return Number.NaN;
}

/** Where there is first something to be heard, in milliseconds. */
function firstLoud(samples: Int16Array | undefined): number {
  const index = samples?.findIndex((sample) => Math.abs(sample) > 500) ?? -1;
  return index < 0 ? Number.NaN : index / 8;
}

/** When the beep reached the phone. */
async function beepHeardAt({ heard }: OutgoingCall): Promise<number> {
  const at = await until(() => heard.firstSoundAt());
  await until(() => (heard.endedAt ?? 0) > at + 60);
  return at - 20 + firstLoud(heard.samples(at - 20, at + 60));
}

/** The share of a tone in a whole channel's sound. */
function shareOf(samples: Int16Array | undefined, frequency: number): number {
  return samples && !isSilent(samples) ? soundShare(samples, frequency) : 0;
}

/** Lets the phone sing; resolves to the time its first packet leaves. */
function sing(call: OutgoingCall, frequency: number): Promise<number> {
  return new Promise((resolve) => {
    void call.rtp.say((offset) => {
      if (offset === 0) resolve(wallTime());
      return tone(frequency, frameSize, { offset });
    });
  });
}

/** On a machine that is busy: what left late was recorded late, and each time it does, some of it queues up in Asterisk. */
const lateness = () => (mediaClock.latest > 10 ? 3 * mediaClock.latest : 0);

/** Milliseconds since 1970 of a time on the wire. */
const timeOf = (wire: string) => Date.parse(`${wire.replace(' ', 'T')}Z`);

/** Of Asterisk's files and of drafts nothing is left. */
async function noStrays(): Promise<void> {
  const strays = async () => {
    const raw = await readdir(folder('media', 'recording')).catch(() => []);
    const made = await readdir(folder('recordings')).catch(() => []);
    return [...raw, ...made.filter((name) => name.includes('.part.'))];
  };
  await eventually(async () => (await strays()).length === 0, { what: 'no stray files' });
}

describe('a stereo recording', () => {
  test.each(Array.from({ length: isSoak ? 4 : 1 }, (_, round) => round))(
    'of calls at once has each side in its channel, in step, as long as it was, round %i',
    async (round) => {
      const count = isSoak ? 20 : 5;
      const number = `stereo${round}`;
      await system.flowOn(number, [
        { type: 'answer' },
        start(),
        { type: 'sleep', option: { duration: 700 } },
        { type: 'beep' },
        idle,
      ]);
      const phone = await system.caller();
      mediaClock.latest = 0;
      const calls = await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const call = await phone.call(number, { from: `singer${index}` });
          await call.answered;
          const heardAt = await beepHeardAt(call);
          const frequency = 1_500 + 90 * index;
          const sungAt = await sing(call, frequency);
          await pause(1_500);
          const endedAt = wallTime();
          await call.bye();
          return { frequency, heardAt, sungAt, endedAt };
        }),
      );
      const created = await until(() => {
        const all = system.sink.requests.filter(
          ({ type, data }) =>
            type === 'call_created' && (data.destination as { target: string }).target === number,
        );
        return all.length === count && all;
      });
      const steps: number[] = [];
      const lengths: number[] = [];
      for (const { data } of created) {
        const { source } = data as unknown as CallRecord; // a call's event
        const call = calls[Number(source.target.slice('singer'.length))];
        if (!call) throw new Error(`who is ${source.target}?`);
        const recording = await done(String(data.id));
        const { channels } = await audioOf(recording);
        const [left, right] = channels;
        const apart = onset(left, call.frequency) - firstLoud(right) - (call.sungAt - call.heardAt);
        const leeway = lateness();
        expect(channels).toHaveLength(2);
        steps.push(Math.abs(apart));
        expect(Math.abs(apart), `of ${source.target}`).toBeLessThan(100 + leeway);
        expect(shareOf(right, call.frequency)).toBeLessThan(0.1);
        const length = call.endedAt - timeOf(recording.tm_start);
        lengths.push(Math.abs(recording.duration - length));
        expect(lengths.at(-1), `length of ${source.target}`).toBeLessThan(1_000 + leeway);
        expect(left).toHaveLength(recording.duration * 8);
      }
      for (const all of [steps, lengths]) all.sort((one, other) => one - other);
      console.log(
        `stereo: ${count} at once, apart by ${steps.map(Math.round).join(' ')} ms, off by ${lengths.map(Math.round).join(' ')} ms`,
      );
      // Two frames; one of many may have met a moment in which this machine did something else.
      expect(steps[Math.floor(count / 2)]).toBeLessThan(40 + lateness());
      // Asterisk begins to write when it comes to it, and we are told when we come to it.
      expect(lengths[Math.floor(count / 2)]).toBeLessThan(500 + lateness());
    },
  );
});

test.each([
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
] as const)('a recording can be %s', async (format, type) => {
  await system.flowOn(format, [start({ format }), { type: 'beep' }, idle]);
  const phone = await system.caller();
  const call = await phone.call(format);
  await call.answered;
  call.tone(1_500);
  await beepHeardAt(call);
  await pause(1_200);
  await call.bye();
  const recording = await done(await system.callTo(format));
  expect(recording).toMatchObject({ format, channels: 'stereo' });
  const response = await request(`recordingfiles/${recording.id}`);
  expect(response.headers.get('content-type')).toBe(type);
  const { channels } = await wavOf(Buffer.from(await response.arrayBuffer()), format);
  expect(channels).toHaveLength(2);
  expect(shareOf(channels[0], 1_500)).toBeGreaterThan(0.7);
  expect(shareOf(channels[1], 1_500)).toBeLessThan(0.1);
  expect(isSilent(channels[1] ?? new Int16Array())).toBe(false);
});

test('the sides can be mixed, or one of them alone', async () => {
  const all = ['mixed', 'in', 'out'] as const;
  await system.flowOn('sides', [...all.map((channels) => start({ channels })), { type: 'beep' }, idle]);
  const phone = await system.caller();
  const call = await phone.call('sides');
  await call.answered;
  call.tone(1_500);
  await beepHeardAt(call);
  await until(() => call.heard.silentSince(wallTime() - 700), { what: 'the end of the beep' });
  await call.bye();
  const callId = await system.callTo('sides');
  const recordings = await over(callId, 3);
  for (const recording of recordings) {
    expect(recording.status).toBe('done');
    const { channels } = await audioOf(recording);
    expect(channels).toHaveLength(1);
    const [sound] = channels;
    const hasCaller = shareOf(sound, 1_500) > 0.4;
    // The beep is over soon: then there is silence, or the caller alone.
    const end = sound?.subarray(-1_600);
    expect({ hasCaller, endsSilent: isSilent(end ?? new Int16Array()) }).toEqual({
      hasCaller: recording.channels !== 'out',
      endsSilent: recording.channels === 'out',
    });
  }
  expect(recordings.map(({ channels }) => channels).sort()).toEqual([...all].sort());
  // The flow began to beep when all three were recording.
  const mixed = recordings.find(({ channels }) => channels === 'mixed');
  expect(mixed?.duration).toBeGreaterThan(900);
});

describe('a recording ends by itself', () => {
  test.concurrent('after its duration, while the call goes on', async () => {
    await system.flowOn('duration', [start({ duration: 2 }), idle]);
    const phone = await system.caller();
    const call = await phone.call('duration');
    await call.answered;
    const recording = await done(await system.callTo('duration'));
    expect(Math.abs(recording.duration - 2_000)).toBeLessThan(600);
    expect(call.isEnded).toBe(false);
    await call.bye();
  });

  test.concurrent.each([
    ['stereo', 'behind its beginning'],
    ['out', 'before its beep'],
  ])(
    '%s, when the caller has been silent for so long who has begun to talk %s, and not before',
    async (channels, when) => {
      const number = `silence-${channels}`;
      const isEarly = when === 'before its beep';
      await system.flowOn(number, [start({ end_of_silence: 2, channels, beep_start: isEarly }), idle]);
      const phone = await system.caller();
      const call = await phone.call(number);
      await call.answered;
      if (isEarly) call.tone(600);
      const callId = await system.callTo(number);
      await pause(1_000);
      call.tone(600); // interrupts a silence
      await pause(3_000); // and lasts longer than one may
      call.silence();
      const recording = await done(callId);
      expect(Math.abs(recording.duration - 6_000)).toBeLessThan(1_500);
      await call.bye();
    },
  );

  test.concurrent('when nobody ever says anything', async () => {
    await system.flowOn('mute', [start({ end_of_silence: 1 }), idle]);
    const phone = await system.caller();
    const call = await phone.call('mute');
    await call.answered;
    call.rtp.pause(); // not even packets
    const recording = await done(await system.callTo('mute'));
    expect(Math.abs(recording.duration - 1_000)).toBeLessThan(800);
    await call.bye();
  });

  test.concurrent.each([
    ['any', '5', true],
    ['#', '#', true],
    ['*', '#', false],
  ])('by a key: with %s the key %s ends it (%s); the digit stays for the flow', async (key, digit, ends) => {
    const number = `key${key === '#' ? 'hash' : key === '*' ? 'star' : key}`;
    await system.flowOn(number, [
      start({ end_of_key: key }),
      { type: 'sleep', option: { duration: 1_500 } },
      { type: 'digits_receive', option: { duration: 30_000, length: 1 } },
      idle,
    ]);
    const phone = await system.caller();
    const call = await phone.call(number);
    await call.answered;
    const callId = await system.callTo(number);
    await pause(500);
    await call.digits(digit);
    const input = await system.sink.waitFor(
      ({ type, data }) => type === 'digits_received' && data.reference_id === callId,
    );
    expect(input.data.digits).toBe(digit);
    if (ends) await done(callId);
    else expect(told(callId).some(({ data }) => data.status === 'done')).toBe(false);
    await call.bye();
    await done(callId);
  });
});

test('a beep first is heard by the caller, is not recorded, and does not hold up the flow', async () => {
  await system.flowOn('beep', [start({ beep_start: true }), { type: 'sleep', option: { duration: 3_000 } }]);
  const phone = await system.caller();
  const call = await phone.call('beep');
  await call.answered;
  const answeredAt = wallTime();
  await call.ended;
  expect(wallTime() - answeredAt).toBeLessThan(15_000);
  const callId = await system.callTo('beep');
  expect(call.heard.sounds().length).toBeGreaterThan(0);
  const recording = await done(callId);
  const { channels } = await audioOf(recording);
  // The channels that listen are there before it, so that the recording begins at once behind it. Each hands on what it hears by a timer of its
  // own: on a busy machine that is late, and the last frames of the beep come when its end was told, and the recording has begun.
  expect(channels.every((channel) => isSilent(channel.slice(800)))).toBe(true);
  expect(recording.duration).toBeGreaterThan(600);
});

test('what is said while it is paused is not in it, and what comes after is in step', async () => {
  mediaClock.latest = 0;
  await system.flowOn('pause', [
    start(),
    { type: 'sleep', option: { duration: 5_000 } },
    { type: 'beep' },
    idle,
  ]);
  const phone = await system.caller();
  const call = await phone.call('pause');
  await call.answered;
  const callId = await system.callTo('pause');
  const { id } = (await until(() => told(callId)[0])).data;
  const order = async (what: 'pause' | 'resume') => {
    const response = await request(`recordings/${id}/${what}`, { method: 'POST' });
    return { code: response.status, ...((await response.json()) as Partial<RecordingRecord>) };
  };
  expect(await order('resume')).toMatchObject({ code: 409 });
  call.tone(500);
  await pause(600);
  expect(await order('pause')).toMatchObject({ code: 200, status: 'paused' });
  expect(await order('pause')).toMatchObject({ code: 409 });
  // What was on its way to Asterisk by then is no part of the pause.
  await pause(500);
  call.tone(900);
  await pause(700);
  call.silence();
  await pause(500);
  expect(await order('resume')).toMatchObject({ code: 200, status: 'recording' });
  const heardAt = await beepHeardAt(call);
  const sungAt = await sing(call, 1_300);
  await pause(500);
  await call.bye();
  const recording = await done(callId);
  const { channels } = await audioOf(recording);
  const [left, right] = channels;
  const apart = onset(left, 1_300) - firstLoud(right);
  expect(Math.abs(apart - (sungAt - heardAt))).toBeLessThan(100 + lateness());
  expect(onset(left, 500)).toBeLessThan(600);
  expect(onset(left, 900)).toBeNaN();
  expect(recording.duration).toBeLessThan(timeOf(recording.tm_end) - timeOf(recording.tm_start) - 700);
  expect(told(callId).map(({ type, data }) => [type, data.status])).toEqual([
    ['recording_created', 'recording'],
    ['recording_updated', 'paused'],
    ['recording_updated', 'recording'],
    ['recording_updated', 'done'],
  ]);
  expect(await order('pause')).toMatchObject({ code: 409 });
});

test('a call is recorded several times, in a row and at once, and shows which recording runs', async () => {
  await system.flowOn('several', [
    start(),
    { type: 'sleep', option: { duration: 400 } },
    { type: 'recording_stop' },
    start({ channels: 'in' }),
    start({ channels: 'out' }),
    { type: 'recording_stop' },
    { type: 'sleep', option: { duration: 400 } },
  ]);
  const phone = await system.caller();
  const call = await phone.call('several');
  await call.ended;
  const callId = await system.callTo('several');
  await system.history(callId);
  const recordings = await over(callId, 3);
  expect(recordings.every(({ status }) => status === 'done')).toBe(true);
  const created = told(callId).filter(({ type }) => type === 'recording_created');
  const [first, second, third] = created.map(({ data }) => data.id);
  const shown = system.sink
    .eventsOf(callId)
    .filter(({ type }) => type?.startsWith('call_'))
    .map(({ data }) => [data.recording_id, data.recording_ids]);
  // Whether the first is over before the second begins is a matter of milliseconds.
  const between = String([zeroId, [first]]);
  const seen = shown.filter((one) => String(one) !== between);
  const changes = seen.filter((one, index) => index === 0 || String(one) !== String(seen[index - 1]));
  expect(changes).toEqual([
    [zeroId, []],
    [first, [first]],
    [second, [first, second]],
    [third, [first, second, third]],
    [second, [first, second, third]],
    [zeroId, [first, second, third]],
  ]);
});

test('at most five at once; the next start fails and the flow goes on', async () => {
  await system.flowOn('many', [
    ...Array.from({ length: 6 }, () => start({ channels: 'in' })),
    { type: 'sleep', option: { duration: 300 } },
  ]);
  expected.push(/action_failed/);
  const phone = await system.caller();
  const call = await phone.call('many');
  await call.ended;
  const callId = await system.callTo('many');
  await over(callId, 5);
  const failed = system.sink.eventsOf(callId).filter(({ type }) => type === 'action_failed');
  expect(failed.map(({ data }) => data.code)).toEqual(['TOO_MANY_RECORDINGS']);
});

describe.each([
  ['alone', [start()]],
  ['with all it can have', [start({ beep_start: true, end_of_silence: 5, end_of_key: 'any', duration: 9 })]],
  [
    'again and again',
    [
      { id: 's', ...start() },
      { type: 'recording_stop' },
      { type: 'goto', option: { target_id: 's', loop_count: 30 } },
    ],
  ],
] as const)('the caller hangs up in a recording %s', (name, actions) => {
  test.each([0, 10, 100, 1_000])(
    'after %i ms: nothing is left, and what was recorded is there',
    async (after) => {
      const number = `hangup${name.length}-${after}`;
      await system.flowOn(number, [{ type: 'answer' }, ...actions, idle]);
      const phone = await system.caller();
      const call = await phone.call(number);
      await call.answered;
      await pause(after);
      await call.bye();
      const callId = await system.callTo(number);
      const types = await system.history(callId);
      expect(types.filter((type) => type.startsWith('call_')).at(-1)).toBe('call_hungup');
      await quiet();
      const created = told(callId).filter(({ type }) => type === 'recording_created').length;
      for (const recording of await over(callId, created)) {
        expect(recording.status).toBe('done');
        expect(
          Math.abs((await audioOf(recording)).channels[0]!.length / 8 - recording.duration),
        ).toBeLessThan(2);
      }
      if (after === 1_000) expect(created).toBeGreaterThan(0);
    },
  );
});

describe('by REST', () => {
  test('a recording is listed, got, streamed in parts, and deleted with its file', async () => {
    await system.flowOn('rest', [start({ duration: 1 }), idle]);
    const phone = await system.caller();
    const call = await phone.call('rest');
    await call.answered;
    const callId = await system.callTo('rest');
    const { data: running } = await until(() => told(callId)[0]);
    const { id } = running;
    expect((await request(`recordingfiles/${id}`)).status).toBe(404);
    expect((await request(`recordings/${id}`, { method: 'DELETE' })).status).toBe(409);
    const recording = await done(callId);
    await call.bye();
    // What the event says is so already.
    const whole = await bytesOf(recording);
    expect(await (await request(`recordings/${id}`)).json()).toEqual(recording);
    for (const list of ['recordings', 'recordingfiles']) {
      const { result } = (await (await request(`${list}?page_size=1`)).json()) as { result: unknown[] };
      expect(result).toEqual([recording]);
    }
    const part = async (range: string, headers = {}) => {
      const response = await request(`recordingfiles/${id}`, { headers: { range, ...headers } });
      const body = Buffer.from(await response.arrayBuffer());
      return { status: response.status, range: response.headers.get('content-range'), body };
    };
    const { length } = whole;
    expect(await part('bytes=0-43')).toEqual({
      status: 206,
      range: `bytes 0-43/${length}`,
      body: whole.subarray(0, 44),
    });
    expect(await part('bytes=-100')).toMatchObject({ status: 206, body: whole.subarray(-100) });
    expect(await part(`bytes=${length - 5}-`)).toMatchObject({ status: 206, body: whole.subarray(-5) });
    expect(await part(`bytes=${length}-`)).toMatchObject({ status: 416, range: `bytes */${length}` });
    expect(await part('bytes=0-9', { 'if-range': '"other"' })).toMatchObject({ status: 200, body: whole });
    const head = await request(`recordingfiles/${id}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(length)]);
    expect(existsSync(folder('recordings', `${id}.wav`))).toBe(true);
    const deleted = (await (
      await request(`recordings/${id}`, { method: 'DELETE' })
    ).json()) as RecordingRecord;
    expect(deleted).toMatchObject({ id, tm_delete: deleted.tm_update });
    expect(existsSync(folder('recordings', `${id}.wav`))).toBe(false);
    for (const gone of [`recordings/${id}`, `recordingfiles/${id}`])
      expect((await request(gone)).status).toBe(404);
    expect((await request(`recordings/${id}`, { method: 'DELETE' })).status).toBe(404);
    await until(() => told(callId).at(-1)?.type === 'recording_deleted');
    expect(told(callId).map(({ type }) => type)).toEqual([
      'recording_created',
      'recording_updated',
      'recording_deleted',
    ]);
    const keys =
      'id customer_id reference_type reference_id status format tm_start tm_end tm_create tm_update tm_delete';
    for (const { data } of told(callId)) expect(Object.keys(data).join(' ')).toMatch(new RegExp(`^${keys}`));
  });
});

describe('where nothing can be written', () => {
  /** Puts a file where a directory is wanted. */
  async function blocked(path: string, work: () => Promise<void>): Promise<void> {
    await mkdir(path, { recursive: true });
    await rename(path, `${path}.away`);
    await writeFile(path, '');
    try {
      await work();
    } finally {
      await rm(path);
      await rename(`${path}.away`, path);
    }
  }

  const isRoot = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;

  test.skipIf(!isRoot)('the disk is full in the middle: an event says so, and the call goes on', async () => {
    expected.push(/recording_failed|No space left|[Nn]atural write|Error writing frame/);
    await mkdir(folder('media', 'recording'), { recursive: true });
    const mounted = spawnSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      'size=64k',
      'none',
      folder('media', 'recording'),
    ]);
    if (mounted.status !== 0) return; // a container may not
    try {
      await system.flowOn('full', [start(), idle]);
      const phone = await system.caller();
      const call = await phone.call('full');
      await call.answered;
      const callId = await system.callTo('full');
      const [recording] = await over(callId);
      expect(recording).toMatchObject({ status: 'failed', reason: 'WRITE_FAILED' });
      expect(recording?.duration).toBeGreaterThan(0);
      const { channels } = await audioOf(recording as RecordingRecord); // it has failed, and is there
      expect(channels).toHaveLength(2);
      expect(call.isEnded).toBe(false);
      await call.bye();
      await quiet();
    } finally {
      spawnSync('umount', ['-l', folder('media', 'recording')]);
    }
  });

  test.each([
    ['Asterisk cannot', ['media', 'recording'], 0],
    ['the file cannot be made', ['recordings'], 2],
  ])('%s: an event says so, and the call goes on', async (what, path, kept) => {
    expected.push(/recording_failed/, /Unable to open file|mkdir|Error|Not a directory/i);
    const number = what.replaceAll(' ', '-');
    let id: string | undefined;
    await blocked(folder(...path), async () => {
      await system.flowOn(number, [
        start({ duration: 1 }),
        { type: 'sleep', option: { duration: 2_500 } },
        { type: 'digits_receive', option: { duration: 5_000 } },
      ]);
      const phone = await system.caller();
      const call = await phone.call(number);
      await call.answered;
      const callId = await system.callTo(number);
      const [recording] = await over(callId);
      expect(recording).toMatchObject({ status: 'failed', reason: 'WRITE_FAILED', duration: 0 });
      expect(call.isEnded).toBe(false);
      await call.digits('1');
      await call.ended;
      await system.history(callId);
      expect((await request(`recordingfiles/${recording?.id}`)).status).toBe(404);
      // What Asterisk has written stays as long as no file has been made of it.
      if (kept > 0) expect(await readdir(folder('media', 'recording'))).toHaveLength(kept);
      id = recording?.id;
    });
    expect((await request(`recordings/${id}`, { method: 'DELETE' })).status).toBe(200);
  });

  test('what could not be made is made by the next start', async () => {
    expected.push(/recording_failed/, /Error|Not a directory/i);
    await system.flowOn('later', [start({ duration: 1 }), idle]);
    const phone = await system.caller();
    let recording: RecordingRecord | undefined;
    await blocked(folder('recordings'), async () => {
      const call = await phone.call('later');
      await call.answered;
      call.tone(1_500);
      [recording] = await over(await system.callTo('later'));
      await call.bye();
    });
    expect(recording).toMatchObject({ status: 'failed', reason: 'WRITE_FAILED' });
    system.daemon.kill('SIGTERM');
    await system.daemon.exited;
    await system.restartDaemon();
    const { reference_id = '' } = recording ?? {};
    const made = (await over(reference_id, 2)).at(-1);
    expect(made).toMatchObject({ id: recording?.id, status: 'done', reason: '' });
    const { channels } = await audioOf({ id: String(made?.id) });
    expect(shareOf(channels[0], 1_500)).toBeGreaterThan(0.5);
  });
});

describe('a daemon', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'that ends by %s leaves no recording without an end, and no file',
    async (signal) => {
      const number = signal.toLowerCase();
      await system.flowOn(number, [start(), { type: 'beep' }, idle]);
      const phone = await system.caller();
      const call = await phone.call(number);
      await call.answered;
      call.tone(1_500);
      const callId = await system.callTo(number);
      const { id } = (await until(() => told(callId)[0])).data;
      await beepHeardAt(call);
      await pause(1_000);
      system.daemon.kill(signal);
      await system.daemon.exited;
      expected.push(/orphan_hung_up/, /Web ?[sS]ocket/);
      await system.restartDaemon();
      // It goes on with its call after a kill.
      if (signal === 'SIGKILL') await call.bye();
      const recording = await done(callId);
      expect(recording.id).toBe(id);
      const { channels } = await audioOf(recording);
      expect(recording.duration).toBeGreaterThan(900);
      expect(shareOf(channels[0], 1_500)).toBeGreaterThan(0.5);
      expect(isSilent(channels[1] ?? new Int16Array())).toBe(false);
      await call.ended;
      const live = await request('calls?page_size=1');
      expect(await live.json()).toMatchObject({
        result: [{ id: callId, recording_id: zeroId, recording_ids: [id] }],
      });
    },
  );
});

test('when Asterisk dies, what it had written is there', async () => {
  expected.push(/connection_|ari_|ECONNREFUSED|disconnected|lost/);
  await system.flowOn('crash', [start(), idle]);
  const phone = await system.caller();
  const call = await phone.call('crash');
  await call.answered;
  const callId = await system.callTo('crash');
  await until(() => told(callId)[0]);
  call.tone(1_500);
  await pause(5_000);
  await system.asterisk.kill();
  await system.asterisk.restart();
  const recording = await done(callId);
  const { channels } = await audioOf(recording);
  expect(recording.duration).toBeGreaterThan(2_000);
  expect(shareOf(channels[0], 1_500)).toBeGreaterThan(0.5);
});
