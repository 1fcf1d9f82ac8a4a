import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import type { Heard } from '../support/heard.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { goertzel } from '../support/tones.ts';
import { eventually, until } from '../support/until.ts';
import { readWav } from '../support/wav.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

let system: System;
let lastNumber = 500;

beforeAll(async () => {
  system = await System.start();
});
/** What was not heard to its end, what is refused in here, and what a killed daemon leaves behind. */
const expected = [
  /Playback failed for sound/,
  /"msg":"announcement_failed"/,
  /Session already DISCONNECTED/,
  /"code":"(CONFBRIDGE_FULL|NOT_FOUND)"/,
  /orphan_hung_up/,
  /Web socket closed abruptly/,
  /WebSocket read error/,
];
afterEach(() => system.quiet(expected));
afterAll(() => system[Symbol.asyncDispose]());

interface Resource {
  readonly id: string;
  readonly confbridge_id: string;
  readonly [field: string]: unknown;
}

interface Member {
  readonly call: OutgoingCall;
  readonly callId: string;
  readonly frequency: number;
}

/** Far from each other's harmonics. */
const frequencies = [440, 620, 830, 1_130, 1_490];

/** Behind what is tried: whoever is there has it behind him. */
const after = { id: 'after', type: 'sleep', option: { duration: 60_000 } };

async function made(path: string, fields: object): Promise<Resource> {
  const { status, body } = await system.api.post<Resource>(`/v1.0/${path}`, fields);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

/** A number whose flow does this, and then waits. */
async function flowOf(...actions: readonly object[]): Promise<string> {
  const number = String(++lastNumber);
  await system.flowOn(number, [...actions, after]);
  return number;
}

/** Who is told of the end of every flow of this number. */
async function toldTheEndsOf(number: string): Promise<WebhookSink> {
  const ends = await WebhookSink.open();
  await made('webhooks', { uri: ends.url, event_types: [], is_default: true });
  const { body } = await system.api.get<{ result: { number: string; call_flow_id: string }[] }>(
    '/v1.0/numbers',
  );
  const id = body.result.find((known) => known.number === number)?.call_flow_id;
  expect(await system.api.put(`/v1.0/flows/${id}`, { end_webhook: true })).toMatchObject({ status: 200 });
  return ends;
}

async function caller(number: string, frequency = 440): Promise<Member> {
  const phone = await system.caller(`caller${frequency}`);
  const call = await phone.call(number);
  await call.answered;
  call.tone(frequency, 3_000);
  return { call, callId: await system.callTo(number), frequency };
}

/** Several, in this order, each with a tone of its own. */
async function callers(number: string, count: number): Promise<Member[]> {
  const members: Member[] = [];
  for (const frequency of frequencies.slice(0, count)) members.push(await caller(number, frequency));
  return members;
}

/** The tones that a member hears just now, in a mixture of as many as there are. */
function heardBy({ call }: Member): number[] {
  return frequencies.filter((frequency) => call.heard.isReceiving() && call.heard.toneAt(frequency) > 0.08);
}

async function hears(member: Member, others: readonly Member[]): Promise<void> {
  const wanted = others.map(({ frequency }) => frequency).sort();
  await until(() => heardBy(member).sort().join() === wanted.join(), {
    what: () =>
      `${member.frequency} to hear ${wanted}, not ${heardBy(member)}; ${member.call.heard.describe()}`,
  });
}

/** That each hears all the others and not himself. */
async function allHearEachOther(members: readonly Member[]): Promise<void> {
  for (const member of members)
    await hears(
      member,
      members.filter((other) => other !== member),
    );
}

async function participants(path: string): Promise<{ call_id: string; muted: boolean }[]> {
  const { body } = await system.api.get<{ result: { call_id: string; muted: boolean }[] }>(
    `/v1.0/${path}/participants`,
  );
  return body.result;
}

/** Waits until a call's flow is at an action. */
async function reached(callId: string, actionId: string): Promise<void> {
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === callId &&
      (data.current_action as { id?: string }).id === actionId, // an activeflow's event
  );
}

/** How long Asterisk's beep was heard, which takes 420 ms. */
function beepLength(heard: Heard, from: number): number {
  const sounds = heard.sounds(from);
  // A frame that is late makes another tone of one of them.
  if (!sounds.some(({ frequency }) => frequency === 700)) return 0;
  return sounds.reduce((sum, sound) => sum + sound.to - sound.from, 0);
}

/** The tones that a finished recording has anywhere in it, and its length. */
async function recordedTones(id: string): Promise<{ tones: number[]; duration: number }> {
  const { data } = await system.sink.waitFor(
    (request) =>
      request.type === 'recording_updated' &&
      request.data.id === id &&
      /done|failed/.test(String(request.data.status)),
    { what: 'the recording to be done' },
  );
  expect(data).toMatchObject({ status: 'done', channels: 'mixed' });
  const authorization = `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}`;
  const url = `${system.daemon.url}/v1.0/recordingfiles/${id}`;
  const response = await fetch(url, { headers: { authorization } });
  const { channels } = readWav(Buffer.from(await response.arrayBuffer()));
  const [samples = new Int16Array(0), ...others] = channels;
  expect(others).toEqual([]);
  const windows = Array.from({ length: Math.floor(samples.length / 1_000) - 1 }, (_, index) =>
    samples.subarray(index * 1_000 + 400, index * 1_000 + 2_000),
  );
  const tones = frequencies.filter((frequency) =>
    windows.some((window) => goertzel(window, frequency) > 0.08),
  );
  return { tones, duration: samples.length / 8 };
}

async function hangUp(members: readonly Member[]): Promise<void> {
  for (const { call } of members) await call.bye();
  for (const { callId } of members) await system.history(callId);
}

/** The calls in a confbridge, as its events told one after the other. */
function occupations(id: string): string[][] {
  return system.sink.requests
    .filter(({ type, data }) => type === 'confbridge_updated' && data.id === id)
    .map(({ data }) => Object.values(data.channel_call_ids as Record<string, string>)); // such an event
}

async function bridges(): Promise<number> {
  const text = await system.asterisk.cli('bridge show all');
  return text.split('\n').filter((line) => line.includes('-bridge-')).length;
}

test('five in a conference: each hears the four others and not himself; mute, kick, delete', async () => {
  const conference = await made('conferences', { name: 'weekly' });
  expect(conference).toMatchObject({ type: 'conference', status: 'progressing', timeout: 0 });
  expect(await bridges()).toBe(0); // nothing as long as nobody is in it
  const number = await flowOf({ type: 'conference_join', option: { conference_id: conference.id } });
  const members = await callers(number, 5);
  const [first, second, third] = members as [Member, Member, Member, Member, Member];
  await allHearEachOther(members);
  expect(await bridges()).toBe(1);
  const path = `conferences/${conference.id}`;
  expect((await participants(path)).map(({ call_id }) => call_id)).toEqual(
    members.map(({ callId }) => callId),
  );

  const one = `/v1.0/${path}/participants/${second.callId}`;
  const muted = await system.api.post(`${one}/mute`);
  expect(muted).toMatchObject({ status: 200, body: { call_id: second.callId, muted: true } });
  const others = members.filter((member) => member !== second);
  for (const member of others)
    await hears(
      member,
      others.filter((other) => other !== member),
    );
  await hears(second, others); // he still hears
  expect(await system.api.delete(`${one}/mute`)).toMatchObject({ status: 200, body: { muted: false } });
  await allHearEachOther(members);

  expect((await system.api.post(`/v1.0/${path}/participants/${third.callId}/kick`)).status).toBe(200);
  await reached(third.callId, 'after');
  await allHearEachOther(members.filter((member) => member !== third));
  await until(() => heardBy(third).length === 0, { what: () => `nothing, not ${heardBy(third)}` });
  expect((await system.api.post(`/v1.0/${path}/participants/${third.callId}/kick`)).status).toBe(404);

  // The kick by conferencecall, as the field has it.
  const { body } = await system.api.get<{ result: Resource[] }>(
    `/v1.0/conferencecalls?conference_id=${conference.id}`,
  );
  expect(body.result.map(({ reference_id, status }) => [reference_id, status]).reverse()).toEqual(
    members.map((member) => [member.callId, member === third ? 'leaved' : 'joined']),
  );
  const its = body.result.find(({ reference_id }) => reference_id === first.callId);
  expect(await system.api.delete(`/v1.0/conferencecalls/${its?.id}`)).toMatchObject({
    body: { status: 'leaved' },
  });
  await reached(first.callId, 'after');

  const rest = members.slice(1).filter((member) => member !== third);
  await allHearEachOther(rest);
  const deleted = await system.api.delete<Resource>(`/v1.0/${path}?force=true`);
  expect(deleted).toMatchObject({ status: 200, body: { status: 'terminated' } });
  for (const { callId } of rest) await reached(callId, 'after');
  await eventually(async () => (await bridges()) === 0);
  expect(members.every(({ call }) => !call.isEnded)).toBe(true);
  expect((await system.api.get(`/v1.0/${path}`)).status).toBe(404);
  expect((await system.api.get(`/v1.0/confbridges/${conference.confbridge_id}`)).status).toBe(404);
  await hangUp(members);

  const id = conference.confbridge_id;
  await system.sink.waitFor(({ type, data }) => type === 'conference_deleted' && data.id === conference.id);
  const ids = members.map(({ callId }) => callId);
  expect(occupations(id).slice(0, 5)).toEqual([1, 2, 3, 4, 5].map((count) => ids.slice(0, count)));
  expect(occupations(id).map((calls) => calls.length)).toEqual([1, 2, 3, 4, 5, 4, 3, 2, 1, 0]);
  const told = system.sink.requests.filter(({ data }) => data.id === id || data.id === conference.id);
  expect(told.map(({ type }) => type).filter((type) => type !== 'confbridge_updated')).toEqual([
    'conference_created',
    'confbridge_created',
    'confbridge_deleted',
    'conference_deleted',
  ]);
});

test('a confbridge is made on first use; its bridge comes with the first call and goes with the last', async () => {
  const id = randomUUID();
  const number = await flowOf({ type: 'confbridge_join', option: { confbridge_id: id } });
  for (let round = 0; round < 2; round++) {
    const members = await callers(number, 2);
    await allHearEachOther(members);
    expect(await bridges()).toBe(1);
    expect((await participants(`confbridges/${id}`)).map(({ call_id }) => call_id)).toEqual(
      members.map(({ callId }) => callId),
    );
    await hangUp(members);
    await eventually(async () => (await bridges()) === 0);
  }
  await until(() => occupations(id).length === 8);
  expect(occupations(id).map((calls) => calls.length)).toEqual([1, 2, 1, 0, 1, 2, 1, 0]);
  expect(
    system.sink.requests.filter(({ type, data }) => type === 'confbridge_created' && data.id === id),
  ).toHaveLength(1);
  expect(await system.api.get(`/v1.0/confbridges/${id}`)).toMatchObject({
    status: 200,
    body: { channel_call_ids: {}, reference_type: '', type: 'conference' },
  });
  expect((await system.api.delete(`/v1.0/confbridges/${id}`)).status).toBe(200);
  expect((await system.api.get(`/v1.0/confbridges/${id}`)).status).toBe(404);
});

test('whoever is alone hears music, and all hear what is said to all', async () => {
  const confbridge = await made('confbridges', {});
  const option = { confbridge_id: confbridge.id };
  const number = await flowOf({ type: 'confbridge_join', option });
  const path = `/v1.0/confbridges/${confbridge.id}`;
  expect((await system.api.post(`${path}/play`, { stream_urls: ['sound:beep'] })).status).toBe(409);
  const phone = await system.caller();
  const alone = await phone.call(number);
  await alone.answered;
  const callId = await system.callTo(number);
  await until(() => alone.heard.firstSoundAt(), { what: 'music' });
  const second = await caller(number, 1_130);
  await until(() => alone.heard.hears(1_130), { what: () => `the second: ${alone.heard.describe()}` });

  second.call.silence();
  await until(() => alone.heard.sounds().length > 0 && alone.heard.toneAt(1_130) === 0);
  // What is not there is left out. Of two, Asterisk sends one nothing of an announcement now and then: it is made once more.
  const stream_urls = ['recording:nothing', 'sound:beep', 'sound:beep'];
  const both = [alone, second.call].map(({ heard }) => heard);
  const areHeard = async (): Promise<boolean> => {
    const before = alone.heard.endedAt ?? 0;
    expect((await system.api.post(`${path}/play`, { stream_urls })).status).toBe(200);
    const all = () => both.every((heard) => beepLength(heard, before) > 500);
    return await until(all, { timeout: 5_000 }).catch(() => false);
  };
  let tries = 1;
  while (!(await areHeard()) && tries < 3) tries++;
  expect(tries).toBeLessThan(3);
  for (const { heard } of [alone, second.call])
    await until(() => heard.silentSince((heard.endedAt ?? 0) - 300), { what: 'silence after the beeps' });
  const spoken = alone.heard.endedAt ?? 0;
  expect((await system.api.post(`${path}/talk`, { text: 'The meeting begins.' })).status).toBe(200);
  for (const { heard } of [alone, second.call])
    await until(() => heard.firstSoundAt(spoken), { what: 'what is said' });
  expect((await system.api.post(`${path}/talk`, { text: '<speak><x/></speak>' })).status).toBe(400);
  // Gone in the middle of it.
  await system.api.post(`${path}/talk`, { text: 'one two three four five six seven eight nine ten' });
  await alone.bye();
  await second.call.bye();
  for (const id of [callId, second.callId]) await system.history(id);
});

test('a call joins muted, and is announced', async () => {
  const id = randomUUID();
  const host = await caller(await flowOf({ type: 'confbridge_join', option: { confbridge_id: id } }), 440);
  const option = { confbridge_id: id, muted: true, announcement: 'Somebody has joined.' };
  const number = await flowOf(
    { type: 'confbridge_join', option },
    { id: 'echo', type: 'echo', option: { duration: 60_000 } },
  );
  const guest = await caller(number, 830);
  await hears(guest, [host]);
  host.call.silence();
  const heard = host.call.heard;
  const from = heard.endedAt ?? 0;
  await until(() => heard.firstSoundAt(from), { what: 'the announcement' });
  expect(heardBy(host)).toEqual([]);
  expect(await participants(`confbridges/${id}`)).toMatchObject([{ muted: false }, { muted: true }]);
  // What was muted for the confbridge is so no longer outside.
  await system.api.post(`/v1.0/confbridges/${id}/participants/${guest.callId}/kick`);
  await until(() => guest.call.heard.hears(830), { what: 'his echo' });
  await hangUp([host, guest]);
});

test('who comes when it is full goes his own way; digits pressed inside are there afterwards', async () => {
  const conference = await made('conferences', { name: 'small', max_members: 2 });
  const join = { type: 'conference_join', option: { conference_id: conference.id }, on_error_id: 'full' };
  const number = await flowOf(
    join,
    { id: 'digits', type: 'digits_receive', option: { length: 2 } },
    { id: 'kept', type: 'variable_set', option: { key: 'pressed', value: '${voipbin.call.digits}' } },
    { type: 'goto', option: { target_id: 'after' } },
    { id: 'full', type: 'answer' },
  );
  const members = await callers(number, 2);
  await allHearEachOther(members);
  const third = await caller(number, 830);
  await reached(third.callId, 'full');
  const failed = await system.sink.waitFor(
    ({ type, data }) => type === 'action_failed' && data.reference_id === third.callId,
  );
  expect(failed.data).toMatchObject({ code: 'CONFBRIDGE_FULL' });
  const [first] = members as [Member, Member];
  await first.call.digits('47');
  await system.api.post(`/v1.0/conferences/${conference.id}/participants/${first.callId}/kick`);
  const kept = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === first.callId &&
      (data.current_action as { id?: string }).id === 'kept',
  );
  expect(kept.data.current_action).toMatchObject({ option: { value: '47' } });
  // Room for the third way: a larger conference.
  await system.api.put(`/v1.0/conferences/${conference.id}`, { max_members: 3 });
  const [fourth, fifth] = [await caller(number, 1_130), await caller(number, 1_490)];
  await allHearEachOther([members[1] as Member, fourth, fifth]);
  await hangUp([...members, third, fourth, fifth]);
  await system.api.delete(`/v1.0/conferences/${conference.id}?force=true`);
});

test('the flows of a conference run before and after; its time ends it', async () => {
  const mark = (id: string) => [{ id, type: 'variable_set', option: { key: id, value: 'x' } }];
  const pre = await made('flows', { name: 'pre', actions: mark('pre') });
  const post = await made('flows', { name: 'post', actions: mark('post') });
  const flows = { pre_flow_id: pre.id, post_flow_id: post.id };
  const conference = await made('conferences', { name: 'short', timeout: 2, ...flows });
  const number = await flowOf({
    id: 'join',
    type: 'conference_join',
    option: { conference_id: conference.id },
  });
  const members = await callers(number, 2);
  for (const { callId } of members) {
    await reached(callId, 'post');
    await reached(callId, 'after');
    const ids = system.sink
      .eventsOf(callId)
      .filter(({ type }) => type === 'activeflow_updated')
      .map(({ data }) => (data.current_action as { type: string }).type); // an activeflow's event
    expect(ids).toEqual([
      'conference_join',
      'fetch_flow',
      'variable_set',
      'confbridge_join',
      'fetch_flow',
      'variable_set',
      'sleep',
    ]);
  }
  await system.sink.waitFor(({ type, data }) => type === 'conference_deleted' && data.id === conference.id);
  const late = await caller(number, 830);
  await reached(late.callId, 'after');
  expect(system.sink.eventsOf(late.callId).find(({ type }) => type === 'action_failed')?.data).toMatchObject({
    code: 'NOT_FOUND',
  });
  await hangUp([...members, late]);
});

test('of type connect: whoever is left alone leaves too', async () => {
  const confbridge = await made('confbridges', { type: 'connect' });
  const number = await flowOf({ type: 'confbridge_join', option: { confbridge_id: confbridge.id } });
  const [first, second] = (await callers(number, 2)) as [Member, Member];
  await allHearEachOther([first, second]);
  await first.call.bye();
  await reached(second.callId, 'after');
  await system.history(first.callId);
  await hangUp([second]);
});

test('a conference is recorded: all voices, without the pause, until it is stopped or the last one leaves', async () => {
  const conference = await made('conferences', { name: 'recorded' });
  const path = `/v1.0/conferences/${conference.id}`;
  const number = await flowOf({ type: 'conference_join', option: { conference_id: conference.id } });
  await using ends = await toldTheEndsOf(number);
  expect((await system.api.post(`${path}/recording_start`)).status).toBe(409);
  const members = await callers(number, 2);
  await allHearEachOther(members);
  const first = await system.api.post<Resource>(`${path}/recording_start`, { format: 'wav' });
  expect(first).toMatchObject({
    status: 200,
    body: { status: 'recording', reference_type: 'confbridge', reference_id: conference.confbridge_id },
  });
  expect((await system.api.post(`${path}/recording_start`)).status).toBe(409);
  await pause(600);
  expect((await system.api.post(`/v1.0/recordings/${first.body.id}/pause`)).status).toBe(200);
  // Not in it: one who comes and goes during the pause.
  const third = await caller(number, 830);
  await allHearEachOther([...members, third]);
  await hangUp([third]);
  await allHearEachOther(members);
  expect((await system.api.post(`/v1.0/recordings/${first.body.id}/resume`)).status).toBe(200);
  await pause(600);
  expect((await system.api.post(`${path}/recording_stop`)).status).toBe(200);
  const both = await recordedTones(first.body.id);
  expect(both.tones).toEqual([440, 620]);
  expect(both.duration).toBeGreaterThan(1_000);
  expect(both.duration).toBeLessThan(2_000);
  expect((await system.api.post(`${path}/recording_stop`)).status).toBe(409);

  const second = await system.api.post<Resource>(`${path}/recording_start`);
  await pause(400);
  await hangUp(members);
  expect((await recordedTones(second.body.id)).tones).toEqual([440, 620]);
  // The end of each flow names the files in which its call can be heard.
  const heardIn = [first, second].map(({ body }) => `${body.id}.wav`);
  await eventually(async () => ends.requests.length === 3, { what: 'three ends' });
  const named = ends.requests.map(({ body }) =>
    (body as { recordingUrls: { recordedFileName: string }[] }).recordingUrls.map(
      (file) => file.recordedFileName,
    ),
  );
  expect(named).toEqual([[], heardIn, heardIn]);
  await system.api.delete(`${path}?force=true`);
});

test('many come and go at the same moment: each is told once, and nothing is left', async () => {
  const id = randomUUID();
  const number = await flowOf({ type: 'confbridge_join', option: { confbridge_id: id } });
  const phone = await system.caller('crowd');
  const count = 10;
  for (let round = 0; round < (isSoak ? 100 : 3); round++) {
    const calls = await Promise.all(Array.from({ length: count }, () => phone.call(number)));
    await Promise.all(calls.map(({ answered }) => answered));
    // The first ones leave while the last ones come.
    if (round > 0) await until(() => (occupations(id).at(-1)?.length ?? 0) > 0);
    await Promise.all(calls.map((call) => call.bye()));
    for (let ended = 0; ended < count; ended++) await system.history(await system.callTo(number));
    await eventually(async () => (await bridges()) === 0, { what: 'no bridge left' });
  }
  await until(() => occupations(id).at(-1)?.length === 0);
  const sizes = occupations(id).map((calls) => calls.length);
  // One more or one less each time.
  expect(sizes.every((size, index) => Math.abs(size - (sizes[index - 1] ?? 0)) === 1)).toBe(true);
  expect(await participants(`confbridges/${id}`)).toEqual([]);
});

test('the daemon is killed under a conference: it stays with all who are in it, and no bridge is left behind them', async () => {
  const conference = await made('conferences', { name: 'stays' });
  const number = await flowOf({ type: 'conference_join', option: { conference_id: conference.id } });
  const members = await callers(number, 3);
  await allHearEachOther(members);
  await until(() => occupations(conference.confbridge_id).length === 3);
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  await allHearEachOther(members);
  expect(occupations(conference.confbridge_id)).toHaveLength(3);
  await hangUp(members);
  expect((await system.api.get(`/v1.0/conferences/${conference.id}`)).status).toBe(200);
  expect(await participants(`conferences/${conference.id}`)).toEqual([]);
  await eventually(async () => (await bridges()) === 0, { what: 'no bridge left' });
  // And it works again.
  const again = await callers(number, 2);
  await allHearEachOther(again);
  await hangUp(again);
});

test('a guest hears music until the host is there, and leaves by a key', async () => {
  const confbridge_id = randomUUID();
  const joins = (option: object) => ({ type: 'confbridge_join', option: { confbridge_id, ...option } });
  const guests = await flowOf(joins({ start_on_enter: false, leave_keys: '*' }));
  const hosts = await flowOf(joins({ end_on_exit: true }));
  const [guest, second] = [await caller(guests, 440), await caller(guests, 620)];
  // Music, and not the other one who waits.
  await until(() => guest.call.heard.isReceiving(), { what: 'music' });
  expect(guest.call.heard.hears(620)).toBe(false);
  const host = await caller(hosts, 830);
  await hears(guest, [second, host]);
  await guest.call.digits('*');
  await hears(second, [host]);
  await host.call.bye();
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'call_updated' &&
      data.id === second.callId &&
      (data as { action?: { id?: string } }).action?.id === 'after',
  );
  for (const { call } of [guest, second]) await call.bye();
});
