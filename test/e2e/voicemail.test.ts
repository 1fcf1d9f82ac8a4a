import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import type { RecordingRecord } from '../../src/recordings/recording-record.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { goertzel, isSilent } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { readWav } from '../support/wav.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
afterEach(() => system.quiet([/Web socket closed abruptly/, /WebSocket read error/]));
afterAll(() => system[Symbol.asyncDispose]());

/** The events of recordings of a call, in order. */
const told = (callId: string) =>
  system.sink.requests
    .filter(({ type, data }) => type?.startsWith('recording_') && data.reference_id === callId)
    .map(({ type, data }) => ({ type, data: data as unknown as RecordingRecord })); // a recording's event

/** Waits for the next beep, and its end; answers when that was. */
async function beep({ heard }: OutgoingCall, after: number): Promise<number> {
  await until(() => heard.firstSoundAt(after), { what: 'a beep' });
  await until(() => heard.silentSince(wallTime() - 200), { what: 'the end of the beep' });
  return wallTime();
}

/** Sings for a while. */
async function sing(call: OutgoingCall, frequency: number, ms: number): Promise<void> {
  const began = wallTime();
  call.tone(frequency);
  await until(() => wallTime() > began + ms);
  call.silence();
}

const hears = (call: OutgoingCall, frequency: number) =>
  until(() => call.heard.hears(frequency), { what: `${frequency} Hz` });

async function audioOf(id: string): Promise<Int16Array> {
  const authorization = `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}`;
  const response = await fetch(`${system.daemon.url}/v1.0/recordingfiles/${id}`, {
    headers: { authorization },
  });
  expect(response.status).toBe(200);
  const { channels } = readWav(Buffer.from(await response.arrayBuffer()));
  expect(channels).toHaveLength(1);
  return channels[0] ?? new Int16Array();
}

/** Whether a tone is to be heard somewhere, for a fifth of a second. */
function isIn(samples: Int16Array, frequency: number): boolean {
  const pieces = Array.from({ length: Math.floor(samples.length / 800) }, (_, index) =>
    samples.subarray(index * 800, index * 800 + 1_600),
  );
  return pieces.some((piece) => !isSilent(piece) && goertzel(piece, frequency) > 0.8);
}

test('what is recorded is heard by the caller, recorded again and kept', async () => {
  const option = { end_of_silence: 1, min_duration: 0, review: { text: 'One, two, or three?' } };
  await system.flowOn('note', [{ type: 'record', option }, { type: 'beep' }, { type: 'hangup' }]);
  const phone = await system.caller();
  const call = await phone.call('note');
  await call.answered;
  const callId = await system.callTo('note');
  const over = (count: number) =>
    until(() => told(callId).filter(({ type }) => type === 'recording_updated')[count - 1]?.data, {
      what: `recording ${count}`,
    });
  const heardAt = await beep(call, 0);
  await sing(call, 620, 700);
  const first = await over(1);
  expect(first).toMatchObject({ status: 'done', ended_by: 'silence', channels: 'in' });
  await call.digits('1');
  await hears(call, 620);
  const againAt = wallTime();
  await call.digits('2');
  await until(() => told(callId).some(({ type }) => type === 'recording_deleted'));
  await until(() => told(callId).filter(({ type }) => type === 'recording_created').length === 2);
  expect(call.heard.firstSoundAt(againAt)).toBeGreaterThan(heardAt);
  await sing(call, 850, 700);
  await call.digits('#');
  const second = await over(2);
  expect(second).toMatchObject({ status: 'done', ended_by: 'key' });
  await call.digits('3');
  await call.ended;
  const samples = await audioOf(second.id);
  expect([620, 850].filter((frequency) => isIn(samples, frequency))).toEqual([850]);
});

interface Left {
  readonly id: string;
  readonly status: string;
  readonly recording_id: string;
  readonly call_id: string;
}

/** The events of what is in a mailbox, in order. */
const ofMailbox = (mailboxId: string) =>
  system.sink.requests
    .filter(({ type, data }) => type?.startsWith('voicemail_') && data.mailbox_id === mailboxId)
    .map(({ type, data }) => ({ type, data: data as unknown as Left })); // a voicemail's event

async function givenMailbox(fields: object = {}): Promise<string> {
  const { status, body } = await system.api.post<{ id: string }>('/v1.0/mailboxes', {
    greeting: 'sound:beep',
    ...fields,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.id;
}

test('what a caller leaves who hangs up is heard by who knows the PIN, and deleted', async () => {
  const mailbox_id = await givenMailbox({ pin: '4711' });
  await system.flowOn('leave', [{ type: 'voicemail', option: { mailbox_id, min_duration: 0 } }]);
  const texts = {
    ...{ pin: 'Pin?', summary: '{new} {saved}', new_message: '{source}', saved_message: '{source}' },
    ...{ menu: 'Well?', saved: 'Saved.', deleted: 'Gone.', no_more: 'Over.' },
  };
  await system.flowOn('hear', [{ type: 'mailbox', option: { mailbox_id, texts } }, { type: 'hangup' }]);
  const phone = await system.caller();
  const call = await phone.call('leave');
  await call.answered;
  const callId = await system.callTo('leave');
  await until(() => told(callId)[0], { what: 'the recording to begin' });
  await sing(call, 620, 700);
  await call.bye();
  const { data } = await until(() => ofMailbox(mailbox_id)[0], { what: 'the voicemail' });
  expect(data).toMatchObject({ status: 'new', call_id: callId });
  expect(isIn(await audioOf(data.recording_id), 620)).toBe(true);

  const owner = await phone.call('hear');
  await owner.answered;
  await owner.digits('4711#');
  await hears(owner, 620);
  await owner.digits('3');
  await owner.ended;
  expect(ofMailbox(mailbox_id).map(({ type }) => type)).toEqual(['voicemail_created', 'voicemail_deleted']);
  for (const gone of [`voicemails/${data.id}`, `recordings/${data.recording_id}`])
    expect((await system.api.get(`/v1.0/${gone}`)).status).toBe(404);
});

test('a caller is heard by the owner though the daemon was killed while he spoke, and he hung up before the next one', async () => {
  const mailbox_id = await givenMailbox();
  await system.flowOn('killed', [{ type: 'voicemail', option: { mailbox_id, min_duration: 0 } }]);
  const phone = await system.caller();
  const call = await phone.call('killed');
  await call.answered;
  const callId = await system.callTo('killed');
  await until(() => told(callId)[0], { what: 'the recording to begin' });
  await sing(call, 620, 700);
  system.daemon.kill('SIGKILL');
  await sing(call, 850, 700);
  await call.bye();
  await system.restartDaemon();
  const { data } = await until(() => ofMailbox(mailbox_id)[0], { what: 'the voicemail' });
  const samples = await audioOf(data.recording_id);
  expect([620, 850].filter((frequency) => isIn(samples, frequency))).toEqual([620, 850]);
  expect(ofMailbox(mailbox_id).map(({ type }) => type)).toEqual(['voicemail_created']);
});

test('the lamp of a phone goes on with a message for it, and off when that is saved', async () => {
  const mailbox_id = await givenMailbox({ extension: '1002' });
  await system.flowOn('lamp', [{ type: 'voicemail', option: { mailbox_id, min_duration: 0 } }]);
  const desk = await system.desk('1002');
  expect((await desk.register()).status).toBe(200);
  expect((await desk.askForMessages('1002')).status).toBe(200);
  const shows = (what: RegExp) =>
    until(() => what.test(desk.notifications.at(-1) ?? ''), { what: `${what}` });
  const caller = await system.caller();
  const call = await caller.call('lamp');
  await call.answered;
  const callId = await system.callTo('lamp');
  await until(() => told(callId)[0], { what: 'the recording to begin' });
  await sing(call, 620, 500);
  await call.digits('#');
  await shows(/Messages-Waiting: yes[\s\S]*Voice-Message: 1\/0/);
  const { data } = await until(() => ofMailbox(mailbox_id)[0]);
  await system.api.post(`/v1.0/voicemails/${data.id}/save`);
  await shows(/Messages-Waiting: no[\s\S]*Voice-Message: 0\/1/);
});
