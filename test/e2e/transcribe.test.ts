import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TranscribeRecord } from '../../src/transcribes/transcribe-record.ts';
import type { TranscriptRecord } from '../../src/transcribes/transcript-record.ts';
import { answering } from '../support/answering.ts';
import { GoogleSttServer } from '../support/google-stt-server.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import { RtpHost } from '../support/media-hosts.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { joined, sayNumbers, wordOf } from '../support/spoken-numbers.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let speech: GoogleSttServer;
let system: System;
let lastNumber = 0;
/** Hung up after the test at the latest. */
const calls: OutgoingCall[] = [];

beforeAll(async () => {
  speech = await GoogleSttServer.open();
  speech.takesTorn = true;
  system = await System.start({
    env: {
      ARIFLOW_STT_GOOGLE_ENDPOINT: speech.url,
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8',
      ARIFLOW_OUTBOUND_CPS: '1000',
    },
  });
});
afterEach(async () => {
  for (const call of calls.splice(0)) await call.close();
  await system.quiet(expected);
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await speech?.[Symbol.asyncDispose]();
});

/** Of failures, of callers who hang up in a prompt, of a daemon that is killed. */
const expected = [
  /action_failed|transcribe_(gap|failed)|hearing_|orphan_hung_up/,
  /Playback failed for sound/,
  /WebSocket instance not found|web ?socket/i,
];

const idle = { type: 'sleep', option: { duration: 60_000 } };
const digit = { type: 'digits_receive', option: { duration: 60_000, length: 1 } };
const transcribe = (option: object = {}) => ({
  type: 'transcribe_start',
  option: { language: 'en-US', provider: 'gcp', ...option },
});

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

async function given(...actions: readonly unknown[]): Promise<Given> {
  const number = `transcribe-${++lastNumber}`;
  await system.flowOn(number, [{ type: 'answer' }, ...actions]);
  const phone = await system.caller(`caller${lastNumber}`);
  const call = await phone.call(number);
  calls.push(call);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

/** What was told of the transcriptions of a call or a recording, in order. */
const told = (referenceId: string) =>
  system.sink.requests.filter(
    ({ type, data }) => type?.startsWith('transcri') && data.reference_id === referenceId,
  );

const said = (referenceId: string, direction?: string): TranscriptRecord[] =>
  told(referenceId)
    .filter(({ type }) => type === 'transcript_created')
    .map(({ data }) => data as unknown as TranscriptRecord) // a transcript's event
    .filter((transcript) => direction === undefined || transcript.direction === direction);

const wordsOf = (referenceId: string, direction: string): string =>
  said(referenceId, direction)
    .map(({ message }) => message)
    .join(' ');

/**
 * Whether these words were heard, in their order and none twice. A machine that stands still for a moment loses one, and of more than one
 * it is not the machine's doing.
 */
function isHeard(words: string, ...numbers: readonly number[]): boolean {
  const heard = words.split(' ').filter((word) => word !== 'krrk');
  const places = heard.map((word) => numbers.map(wordOf).indexOf(word));
  const isInOrder = places.every((place, index) => place > (places[index - 1] ?? -1));
  return isInOrder && heard.length >= numbers.length - 1;
}

/** Says a sentence, again where a word of it was torn; answers it as it was heard. */
async function say({ call, callId }: Given, ...numbers: readonly number[]): Promise<TranscriptRecord> {
  for (let tries = 0; tries < 6; tries++) {
    const before = said(callId, 'in').length;
    await call.rtp.play(sayNumbers(...numbers));
    const next = await until(() => said(callId, 'in')[before], { what: 'a sentence' });
    if (next.message === numbers.map(wordOf).join(' ')) return next;
    await call.rtp.play(new Int16Array(8 * 500));
  }
  throw new Error(`never whole: ${wordsOf(callId, 'in')}`);
}

/** Waits until one transcription of it has begun. */
async function begun(referenceId: string): Promise<TranscribeRecord> {
  const { data } = await system.sink.waitFor(
    (request) => request.type === 'transcribe_created' && request.data.reference_id === referenceId,
  );
  return data as unknown as TranscribeRecord; // a transcribe's event
}

/** Waits until it is over; answers its last form. */
async function over({ id }: Pick<TranscribeRecord, 'id'>): Promise<TranscribeRecord> {
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'transcribe_updated' && data.id === id && data.status !== 'progressing',
  );
  return data as unknown as TranscribeRecord; // a transcribe's event
}

async function hears(call: OutgoingCall | IncomingCall, frequency: number): Promise<void> {
  await until(() => call.heard.hears(frequency), { what: () => `${frequency} Hz: ${call.heard.describe()}` });
}

async function phoneThat(user: string): Promise<Phone> {
  const phone = await system.caller(user);
  phone.onInvite(answering());
  return phone;
}

const legOf = ({ incoming }: Phone): Promise<IncomingCall> =>
  until(() => (incoming[0] && incoming[0].heard.packets > 0 ? incoming[0] : undefined));

test('what the caller says is told while the call goes on, sentence by sentence, before the end', async () => {
  const it = await given(transcribe({ hints: ['sales'] }), idle);
  const { call, callId } = it;
  const { id } = await begun(callId);
  const sentences = [await say(it, 1, 2, 3), await say(it, 40), await say(it, 1_000, 144)];
  expect((await system.api.get<{ status: string }>(`/v1.0/calls/${callId}`)).body.status).toBe('progressing');
  for (const transcript of sentences)
    expect(transcript).toMatchObject({ transcribe_id: id, direction: 'in', reference_type: 'call' });
  const [first, second, third] = sentences;
  expect(first!.end).toBeLessThanOrEqual(second!.start);
  expect(second!.end).toBeLessThanOrEqual(third!.start);
  expect(first!.end - first!.start).toBeGreaterThan(800);
  expect(speech.calls.at(-1)?.config?.config.speechContexts[0]?.phrases).toEqual(['sales']);
  await call.bye();
  expect(await over({ id })).toMatchObject({ status: 'done', provider: 'gcp', gaps: [] });
  expect(said(callId, 'out')).toEqual([]);
  const types = told(callId).map(({ type }) => type);
  expect([types[0], types.at(-1)]).toEqual(['transcribe_created', 'transcribe_updated']);
  const list = await system.api.get<{ result: TranscriptRecord[] }>(`/v1.0/transcripts?transcribe_id=${id}`);
  expect(list.body.result.reverse()).toEqual(said(callId));
});

test('the last words are told though the caller hangs up in the middle of them', async () => {
  const { call, callId } = await given(transcribe({ direction: 'in' }), idle);
  const { id } = await begun(callId);
  await call.rtp.play(sayNumbers(5, 6).subarray(0, 8 * 500));
  await call.bye();
  expect(await over({ id })).toMatchObject({ status: 'done' });
  expect(wordsOf(callId, 'in')).toMatch(/krrk$/);
  const types = told(callId).map(({ type }) => type);
  expect(types.slice(-2)).toEqual(['transcript_created', 'transcribe_updated']);
});

const option = { text: 'One two three. Four five six. Seven eight nine.', language: 'en-US' };

test('both who talk are heard, each in his direction', async () => {
  const bob = await phoneThat('bob');
  const destinations = [{ type: 'sip', target: bob.contact.replace(/^sip:/, '') }];
  const { call, callId } = await given(transcribe(), { type: 'connect', option: { destinations } }, idle);
  const { id } = await begun(callId);
  const leg = await legOf(bob);
  call.tone(440);
  await hears(leg, 440);
  leg.tone(480);
  await hears(call, 480);
  call.silence();
  leg.silence();
  await call.rtp.play(new Int16Array(8 * 600));
  const before = said(callId, 'in').length;
  await Promise.all([call.rtp.play(sayNumbers(10, 11, 12)), leg.rtp.play(sayNumbers(20, 21, 22))]);
  const all = () => ['in', 'out'].map((direction) => wordsOf(callId, direction));
  await until(() => said(callId, 'in').length > before && /w2\d/.test(wordsOf(callId, 'out')), {
    what: () => all().join(),
  });
  expect(all()[0]).toSatisfy((words: string) => isHeard(words, 10, 11, 12));
  expect(all()[1]).toSatisfy((words: string) => isHeard(words, 20, 21, 22));
  await call.bye();
  await over({ id });
});

test('a prompt is in what the caller hears, and never in what he says', async () => {
  const { call, callId } = await given(transcribe(), { type: 'beep' }, digit, { type: 'talk', option }, idle);
  await until(() => said(callId, 'out').length > 0, { what: 'the beep in what the caller hears' });
  const before = said(callId, 'out').length;
  await call.digits('1', { duration: 80 });
  await until(() => said(callId, 'out').length > before, { what: 'the words in what the caller hears' });
  expect(said(callId, 'in')).toEqual([]);
  await call.bye();
});

test('a caller whose stream begins anew is heard again', async () => {
  const it = await given(transcribe({ direction: 'in' }), idle);
  const { call, callId } = it;
  await begun(callId);
  const first = await say(it, 1);
  call.rtp.restart({ behind: 5_000 });
  await call.rtp.play(new Int16Array(8 * 3_000));
  const second = await say(it, 2, 3);
  expect(second.start - first.end).toBeGreaterThan(2_500);
  await call.bye();
});

test('what external media whispers to the caller is in what he hears', async () => {
  await using host = await RtpHost.open();
  const media = { type: 'external_media_start', option: { external_host: host.host } };
  const { call, callId } = await given(media, transcribe(), idle);
  await begun(callId);
  await call.rtp.play(joined([sayNumbers(1), sayNumbers(2), sayNumbers(3)]));
  await until(() => said(callId, 'out').length >= 3, { what: 'the echo' });
  expect(wordsOf(callId, 'in')).toSatisfy((words: string) => isHeard(words, 1, 2, 3));
  await call.bye();
});

test('transcribe_stop ends it, a second one may follow, and two at once may not', async () => {
  const { call, callId } = await given(
    transcribe({ direction: 'in' }),
    transcribe(),
    digit,
    { type: 'transcribe_stop' },
    transcribe({ direction: 'in' }),
    idle,
  );
  const first = await begun(callId);
  const failed = await system.sink.waitFor(
    ({ type, data }) => type === 'action_failed' && data.reference_id === callId,
  );
  expect(failed.data.code).toBe('ALREADY_TRANSCRIBING');
  const again = { reference_type: 'call', reference_id: callId, language: 'en-US', provider: 'gcp' };
  expect((await system.api.post('/v1.0/transcribes', again)).status).toBe(409);
  await call.digits('1', { duration: 80 });
  await over(first);
  const second = await until(
    () => told(callId).find(({ type, data }) => type === 'transcribe_created' && data.id !== first.id)?.data,
  );
  expect((await say({ call, callId }, 9)).transcribe_id).toBe(second.id);
  await call.bye();
});

describe('a recording', () => {
  test.each(['wav', 'mp3'])(
    'of %s is transcribed when it is done, each side by itself, also after the call',
    async (format) => {
      const bob = await phoneThat(`bob-${format}`);
      const destinations = [{ type: 'sip', target: bob.contact.replace(/^sip:/, '') }];
      const { call, callId } = await given(
        { type: 'recording_start', option: { format } },
        { type: 'transcribe_recording', option: { language: 'en-US', provider: 'gcp' } },
        { type: 'connect', option: { destinations } },
        idle,
      );
      const recording = await system.sink.waitFor(
        ({ type, data }) => type === 'recording_created' && data.reference_id === callId,
      );
      const recordingId = String(recording.data.id);
      const created = await begun(recordingId);
      expect(created).toMatchObject({ reference_type: 'recording', status: 'progressing' });
      const leg = await legOf(bob);
      await call.rtp.play(new Int16Array(8 * 300));
      await Promise.all([call.rtp.play(sayNumbers(10, 11)), leg.rtp.play(sayNumbers(20, 21, 22))]);
      expect(said(recordingId)).toEqual([]);
      await call.bye();
      expect(await over(created)).toMatchObject({ status: 'done', reason: '', provider: 'gcp' });
      expect(wordsOf(recordingId, 'in')).toSatisfy((words: string) => isHeard(words, 10, 11));
      expect(wordsOf(recordingId, 'out')).toSatisfy((words: string) => isHeard(words, 20, 21, 22));
    },
  );
});

test('a daemon that was killed goes on with what it hears of calls, and with the recordings', async () => {
  const { call, callId } = await given(
    { type: 'recording_start', option: { channels: 'in' } },
    transcribe({ direction: 'in' }),
    digit,
    { type: 'recording_stop' },
    { type: 'transcribe_recording', option: { language: 'en-US', provider: 'gcp' } },
    idle,
  );
  const live = await begun(callId);
  const { data } = await system.sink.waitFor(
    (request) => request.type === 'recording_created' && request.data.reference_id === callId,
  );
  await call.rtp.play(
    joined([sayNumbers(1, 2), sayNumbers(3), sayNumbers(4, 5), sayNumbers(6), sayNumbers(7)]),
  );
  await until(() => said(callId, 'in').length >= 5, { what: () => wordsOf(callId, 'in') });
  await call.digits('1', { duration: 80 });
  const recordingId = String(data.id);
  const recorded = await begun(recordingId);
  await until(() => said(recordingId).length > 0, { what: 'the first sentence of the recording' });
  system.daemon.kill('SIGKILL');
  await system.restartDaemon();
  expect(await over(recorded)).toMatchObject({ status: 'done', reason: '' });
  const distinct = [
    ...new Map(said(recordingId).map((transcript) => [transcript.start, transcript])).values(),
  ];
  const words = distinct.map(({ message }) => message).join(' ');
  expect(words).toSatisfy((heard: string) => isHeard(heard, 1, 2, 3, 4, 5, 6, 7));
  await call.bye();
  const { status, gaps } = await over(live);
  expect(status).toBe('done');
  expect(gaps.map(({ direction }) => direction)).toEqual(['in']);
});

test('of a provider that fails for good the transcription ends, and the call goes on', async () => {
  speech.faults = [{ code: 16, after: 500 }];
  const { call, callId } = await given(transcribe({ direction: 'in' }), digit, { type: 'beep' }, idle);
  const created = await begun(callId);
  expect(await over(created)).toMatchObject({ status: 'failed', reason: 'HEARING_FAILED' });
  await call.digits('1', { duration: 80 });
  await until(() => call.heard.firstSoundAt(), { what: 'the beep' });
  expect((await system.api.get<{ status: string }>(`/v1.0/calls/${callId}`)).body.status).toBe('progressing');
  await call.bye();
});
