import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { loadSecrets } from '../../src/config/secrets.ts';
import { zeroId } from '../../src/core/clock.ts';
import type { RecordingRecord } from '../../src/recordings/recording-record.ts';
import type { TranscribeRecord } from '../../src/transcribes/transcribe-record.ts';
import { GoogleSttServer } from '../support/google-stt-server.ts';
import { mediaClock } from '../support/media-clock.ts';
import { Arrivals, AudioSocketHost, RtpHost, untilArrived, WebSocketHost } from '../support/media-hosts.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { isBusy } from '../support/scale.ts';
import { sharedKill } from '../support/shared-kill.ts';
import { joined, sayNumbers, wordOf } from '../support/spoken-numbers.ts';
import { System } from '../support/system.ts';
import { frameSize, goertzel, isSilent, soundShare, tone } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { readWav, type Wav } from '../support/wav.ts';

// What takes the audio of a call goes on with it when the daemon is killed and another one starts on the same data.

/** Of a daemon that is killed: its WebSockets break; what is reopened leaves a gap. */
const expected = [/[Ww]eb ?[sS]ocket/, /transcribe_gap/, /external_media_lost/, /orphan_hung_up/, /hearing_/];

let speech: GoogleSttServer;
let system: System;
let lastNumber = 0;
/** Hung up after the test at the latest. */
const calls: OutgoingCall[] = [];

beforeAll(async () => {
  speech = await GoogleSttServer.open();
  speech.takesTorn = true;
  system = await System.start({ env: { ARIFLOW_STT_GOOGLE_ENDPOINT: speech.url } });
});
// Of those beside each other the next one by itself is behind all.
afterEach(async ({ task }) => {
  if (task.concurrent) return;
  for (const call of calls.splice(0)) await call.close();
  await system.quiet(expected);
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await speech?.[Symbol.asyncDispose]();
});

const idle = { type: 'sleep', option: { duration: 120_000 } };

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

async function given(...actions: readonly unknown[]): Promise<Given> {
  const id = ++lastNumber;
  const number = `killed-media-${id}`;
  await system.flowOn(number, [{ type: 'answer' }, ...actions]);
  const phone = await system.caller(`caller${id}`);
  const call = await phone.call(number);
  calls.push(call);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

/** Kills the daemon, and starts it again. */
async function kill(): Promise<void> {
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
}

/** What was told of a type, of something of this call, without what was told twice as the same. */
function told(type: string, callId: string) {
  const all = system.sink.requests.filter(
    (request) => request.type === type && request.data.reference_id === callId,
  );
  return [...new Map(all.map((request) => [request.headers['webhook-id'], request])).values()];
}

async function hears(call: OutgoingCall, frequency: number): Promise<void> {
  await until(() => call.heard.hears(frequency), {
    what: () => `a tone of ${frequency} Hz: ${call.heard.describe()}`,
  });
}

async function fileOf({ id }: Pick<RecordingRecord, 'id'>): Promise<Wav> {
  const authorization = `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}`;
  const answer = await fetch(`${system.daemon.url}/v1.0/recordingfiles/${id}`, {
    headers: { authorization },
  });
  expect(answer.status).toBe(200);
  return readWav(Buffer.from(await answer.arrayBuffer()));
}

describe('a recording', () => {
  /** Begins, lets the phone say something while the daemon is killed, and answers what was recorded. */
  async function recorded({ call, callId }: Given, said: Int16Array): Promise<[RecordingRecord, Wav]> {
    await until(() => told('recording_created', callId)[0]);
    const saying = call.rtp.play(said);
    await pause(1_500);
    await kill();
    await saying;
    await pause(500); // what was said late is still on its way
    await call.bye();
    const { data } = await system.sink.waitFor(
      (request) =>
        request.type === 'recording_updated' &&
        request.data.reference_id === callId &&
        request.data.status === 'done',
    );
    const recording = data as unknown as RecordingRecord; // a recording's event
    return [recording, await fileOf(recording)];
  }

  /** Where a tone begins, in milliseconds. */
  function onset(samples: Int16Array | undefined, frequency: number): number {
    const window = frameSize / 2;
    for (let at = 0; samples && at + window <= samples.length; at += 8) {
      const piece = samples.subarray(at, at + window);
      if (!isSilent(piece) && goertzel(piece, frequency) > 0.5) return at / 8;
    }
    return Number.NaN;
  }

  test('is one file without a seam: of what was said while there was no daemon nothing is missing', async () => {
    const it = await given({ type: 'recording_start', option: {} }, idle);
    const length = 8_000;
    const said = joined([tone(700, 1_600), tone(1_500, length * 8 - 3_200), tone(2_200, 1_600)]);
    const [recording, { channels }] = await recorded(it, said);
    const [caller] = channels;
    const [first, last] = [onset(caller, 700), onset(caller, 2_200)];
    const missing = length - 200 - (last - first);
    // What a phone on a busy machine says late is recorded late, or comes in a heap of which Asterisk drops some.
    const lateness = mediaClock.latest > 100 ? 3 * mediaClock.latest : 100;
    expect(Math.abs(missing), `${missing} ms are missing`).toBeLessThan(lateness);
    const between = caller?.subarray((first + 200) * 8, last * 8) ?? new Int16Array();
    expect(soundShare(between, 1_500)).toBeGreaterThan(0.9);
    // Each tenth of a second has it, with a gap in it where a packet came late.
    const pieces = Array.from({ length: Math.floor(between.length / 800) }, (_, index) =>
      between.subarray(index * 800, (index + 1) * 800),
    );
    const heard = pieces.filter((piece) => !isSilent(piece) && soundShare(piece, 1_500) > 0.8);
    expect(heard.length / pieces.length).toBeGreaterThan(0.95);
    expect(recording.duration).toBeGreaterThan(length - 200);
    expect(told('recording_created', it.callId)).toHaveLength(1);
    const { body } = await system.api.get<{ recording_id: string; recording_ids: readonly string[] }>(
      `/v1.0/calls/${it.callId}`,
    );
    expect(body).toMatchObject({ recording_id: zeroId, recording_ids: [recording.id] });
  });

  test('ends by its limit, counted from its beginning, and the flow is where it was', async () => {
    const began = Date.now();
    const { call, callId } = await given({ type: 'recording_start', option: { duration: 6 } }, idle);
    await until(() => told('recording_created', callId)[0]);
    await pause(1_000);
    await kill();
    const { data } = await system.sink.waitFor(
      (request) => request.type === 'recording_updated' && request.data.reference_id === callId,
    );
    expect(Date.now() - began).toBeGreaterThan(5_500);
    const { status, duration } = data as unknown as RecordingRecord; // a recording's event
    expect(status).toBe('done');
    // What was recorded beyond that while the daemon was away is not in the file.
    expect(duration).toBeLessThanOrEqual(6_000);
    expect(duration).toBeGreaterThan(isBusy ? 4_000 : 5_600);
    const { body } = await system.api.get<{ status: string }>(`/v1.0/calls/${callId}`);
    expect(body.status).toBe('progressing');
    await call.bye();
  });

  test('ends with the silence that had begun before', async () => {
    const { call, callId } = await given({ type: 'recording_start', option: { end_of_silence: 5 } }, idle);
    await until(() => told('recording_created', callId)[0]);
    await call.rtp.play(tone(1_500, 8_000));
    await pause(1_000);
    await kill();
    const { data } = await system.sink.waitFor(
      (request) => request.type === 'recording_updated' && request.data.reference_id === callId,
    );
    const { duration } = data as unknown as RecordingRecord; // a recording's event
    expect(duration).toBeGreaterThan(5_500);
    expect(duration).toBeLessThan(isBusy ? 12_000 : 8_500);
    await call.bye();
  });
});

test('a recording of a room goes on with those who are in it: one file, both voices, no gap', async () => {
  const { body: conference } = await system.api.post<{ id: string }>('/v1.0/conferences', { name: 'killed' });
  const join = { type: 'conference_join', option: { conference_id: conference.id } };
  const members = [await given(join), await given(join)] as const;
  const frequencies = [740, 1_180] as const;
  for (const [index, { call }] of members.entries()) call.tone(frequencies[index] ?? 0);
  await Promise.all(members.map(({ call }, index) => hears(call, frequencies[1 - index] ?? 0)));
  const path = `/v1.0/conferences/${conference.id}`;
  const { body: recording } = await system.api.post<RecordingRecord>(`${path}/recording_start`);
  const began = Date.now();
  await pause(1_000);
  await kill();
  await Promise.all(members.map(({ call }, index) => hears(call, frequencies[1 - index] ?? 0)));
  await pause(1_000);
  const length = Date.now() - began;
  expect((await system.api.post(`${path}/recording_stop`)).status).toBe(200);
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'recording_updated' && data.id === recording.id && data.status === 'done',
  );
  const { duration } = data as unknown as RecordingRecord; // a recording's event
  expect(Math.abs(duration - length), `${duration} ms of ${length}`).toBeLessThan(isBusy ? 1_000 : 250);
  const [both = new Int16Array()] = (await fileOf(recording)).channels;
  const pieces = Array.from({ length: Math.floor(both.length / 800) }, (_, index) =>
    both.subarray(index * 800, (index + 1) * 800),
  );
  for (const frequency of frequencies) {
    const heard = pieces.filter((piece) => !isSilent(piece) && goertzel(piece, frequency) > 0.2);
    expect(heard.length / pieces.length, `of ${frequency} Hz`).toBeGreaterThan(0.85);
  }
  for (const { call } of members) await call.bye();
});

describe('external media', () => {
  const start = (option: object) => ({ type: 'external_media_start', option });
  const killed = sharedKill(() => system, 5);

  test.concurrent('by RTP is heard by its host, and hears it, at the port it had', async () => {
    await using host = await RtpHost.open();
    host.answer = () => undefined;
    const { call, callId } = await given(start({ external_host: host.host }), idle);
    await until(() => told('external_media_started', callId)[0]);
    const { local_ip, local_port } = told('external_media_started', callId)[0]?.data ?? {};
    const silent = host.speak(`${local_ip}:${local_port}`, 1_300);
    await hears(call, 1_300);
    await untilArrived(host.arrivals, 50);
    await killed();
    const before = host.arrivals.count;
    await untilArrived(host.arrivals, before + 100);
    await hears(call, 1_300);
    silent();
    await call.bye();
    await until(() => told('external_media_stopped', callId)[0]);
    expect(told('external_media_started', callId)).toHaveLength(1);
    expect(told('external_media_stopped', callId).map(({ data }) => data.reason)).toEqual(['hangup']);
  });

  test.concurrent('by RTP of a host that had come is sent to where that came from', async () => {
    await using host = await RtpHost.open();
    host.answer = () => undefined;
    const { call, callId } = await given(
      start({ external_host: '127.0.0.1', connection_type: 'server', direction: 'send' }),
      idle,
    );
    await until(() => told('external_media_started', callId)[0]);
    const { local_ip, local_port } = told('external_media_started', callId)[0]?.data ?? {};
    const silent = host.speak(`${local_ip}:${local_port}`, 0);
    await untilArrived(host.arrivals, 20);
    silent(); // it says no more
    await killed();
    const before = host.arrivals.count;
    await untilArrived(host.arrivals, before + 50);
    await call.bye();
  });

  test.concurrent.each([
    ['AudioSocket', () => AudioSocketHost.open(), 'audiosocket'],
    ['WebSocket', () => WebSocketHost.open(), 'none'],
  ])('by %s is connected again', async (_, open, encapsulation) => {
    await using host = await open();
    const { call, callId } = await given(start({ external_host: host.host, encapsulation }), idle);
    call.tone(1_100);
    await hears(call, 1_100);
    await killed();
    await until(() => host.open === 1, { what: 'the new connection' });
    const before = host.arrivals.count;
    await untilArrived(host.arrivals, before + 50);
    await hears(call, 1_100);
    await call.bye();
    await until(() => told('external_media_stopped', callId)[0]);
    expect(told('external_media_started', callId)).toHaveLength(1);
    expect(told('external_media_stopped', callId)).toHaveLength(1);
    if (!(host instanceof AudioSocketHost)) return;
    expect(host.connections).toBe(2);
    expect(host.id).toBe(String(told('external_media_started', callId)[0]?.data.id).replaceAll('-', ''));
  });

  test.concurrent('whose host is not there any more is over, and that is told', async () => {
    const host = await AudioSocketHost.open();
    const { call, callId } = await given(
      start({ external_host: host.host, encapsulation: 'audiosocket' }),
      idle,
    );
    await until(() => told('external_media_started', callId)[0]);
    await killed(() => host[Symbol.asyncDispose]());
    await until(() => told('external_media_stopped', callId)[0]);
    expect(told('external_media_stopped', callId).map(({ data }) => data.reason)).toEqual(['failed']);
    const { body } = await system.api.get<{ status: string }>(`/v1.0/calls/${callId}`);
    expect(body.status).toBe('progressing');
    await call.bye();
  });

  test('of a host that has come to Asterisk itself goes on without a seam', async () => {
    const { call, callId } = await given(start({ transport: 'websocket', connection_type: 'server' }), idle);
    await until(() => told('external_media_started', callId)[0]);
    const uri = String(told('external_media_started', callId)[0]?.data.media_uri);
    const socket = new WebSocket(uri, 'media');
    await once(socket, 'open');
    const arrivals = new Arrivals();
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return;
      arrivals.note(data.length);
      socket.send(data);
    });
    call.tone(900);
    await hears(call, 900);
    await kill();
    await hears(call, 900);
    const gaps = arrivals.times.map((time, index) => time - (arrivals.times[index - 1] ?? time));
    expect(Math.max(...gaps)).toBeLessThan(isBusy ? 2_000 : 500);
    await pause(6_000); // what nobody has claimed is hung up by now
    await hears(call, 900);
    const closed = once(socket, 'close');
    await call.bye();
    await closed;
    await until(() => told('external_media_stopped', callId)[0]);
  });
});

describe('what is written down of a call', () => {
  const said = (callId: string) =>
    told('transcript_created', callId).flatMap(({ data }) => String(data.message).split(' '));

  test('goes on behind a gap that is told, and no word is told twice', async () => {
    const { call, callId } = await given(
      { type: 'transcribe_start', option: { language: 'en-US', provider: 'gcp', direction: 'in' } },
      idle,
    );
    await until(() => told('transcribe_created', callId)[0]);
    // Of the first word a part may be over before anybody listens.
    await call.rtp.play(sayNumbers(0));
    const before = await until(() => said(callId).length, { what: 'a first word' });
    await call.rtp.play(joined([sayNumbers(1, 2), sayNumbers(3)]));
    await until(() => said(callId).length >= before + 3, { what: () => said(callId).join(' ') });
    await kill();
    const gap = await until(() => told('transcribe_updated', callId)[0], { what: 'the gap' });
    const { gaps, status } = gap.data as unknown as TranscribeRecord; // a transcribe's event
    expect(status).toBe('progressing');
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.direction).toBe('in');
    const [start = 0, end = 0] = [gaps[0]?.start, gaps[0]?.end];
    expect(end - start).toBeGreaterThan(500);
    await call.rtp.play(joined([sayNumbers(4, 5), sayNumbers(6)]));
    await until(() => said(callId).length >= before + 6, { what: () => said(callId).join(' ') });
    await call.bye();
    const over = await until(
      () => told('transcribe_updated', callId).find(({ data }) => data.status !== 'progressing'),
      { what: 'its end' },
    );
    expect(over.data).toMatchObject({ status: 'done', reason: '', gaps });
    expect(said(callId).slice(before)).toEqual([1, 2, 3, 4, 5, 6].map(wordOf));
    const starts = told('transcript_created', callId).map(({ data }) => Number(data.start));
    expect(starts).toEqual(starts.toSorted((one, other) => one - other));
    expect(starts.filter((at) => at > start && at < end)).toEqual([]);
  });
});
