import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CallRecord, nothingOrdered, type Ordered } from '../../src/calls/call-record.ts';
import { zeroId } from '../../src/core/clock.ts';
import type { RecordingRecord } from '../../src/recordings/recording-record.ts';
import { answering, ringing } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import type { Dialog } from '../support/dialog.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { recordedAudio } from '../support/recorded-audio.ts';
import { System } from '../support/system.ts';
import { goertzel, isSilent } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;
let server: MediaServer;
let lastNumber = 800;

beforeAll(async () => {
  server = await MediaServer.open({
    '/700.wav': { body: wavTone({ length: 600, frequency: 700 }) },
    '/900.wav': { body: wavTone({ length: 600, frequency: 900 }) },
    '/minute.wav': { body: wavTone({ length: 60_000, frequency: 1_100 }) },
  });
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
});
// Of prompts nobody hears to their end.
afterEach(() => system.quiet([/Playback failed for sound/]));
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const idle = { type: 'sleep', option: { duration: 60_000 } };
const song = (name: string, loop = 1) => ({ stream_urls: [`${server.url}/${name}.wav`], loop });

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** An answered call whose flow does this and then nothing more. */
async function givenCall(...actions: readonly object[]): Promise<Given> {
  const number = String(++lastNumber);
  await system.flowOn(number, [{ type: 'answer' }, ...actions, idle]);
  const phone = await system.caller('alice');
  const call = await phone.call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

interface Connected extends Given {
  /** The callee's end, who says 1200 Hz; the caller says 600 Hz. */
  readonly callee: IncomingCall;
  readonly legId: string;
}

async function connected(): Promise<Connected> {
  const bob = await phoneWith(answering({ tone: 1_200 }));
  const given = await givenCall({ type: 'connect', option: { destinations: [address(bob)] } });
  const callee = await until(() => bob.incoming[0], { what: 'the callee' });
  given.call.tone(600);
  await hears(given.call, 1_200);
  await hears(callee, 600);
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'call_answered' && data.master_call_id === given.callId,
  );
  return { ...given, callee, legId: String(data.id) };
}

async function phoneWith(handler: Parameters<Phone['onInvite']>[0]): Promise<Phone> {
  const phone = await system.caller(`phone${++lastNumber}`);
  phone.onInvite(handler);
  return phone;
}

function address(phone: Phone): object {
  return { type: 'sip', target: phone.contact.replace(/^sip:/, '') };
}

/** From now on. */
async function hears(one: Dialog, tone: number): Promise<void> {
  const from = wallTime();
  await until(() => one.heard.hears(tone) && (one.heard.endedAt ?? 0) - 200 >= from, {
    what: () => `a tone of ${tone} Hz; heard: ${one.heard.describe()}`,
  });
}

/** No tone of this frequency arrives for a while. */
async function hearsNoMore(one: Dialog, tone: number): Promise<void> {
  let since = wallTime();
  await until(
    () => {
      if (one.heard.isReceiving() && one.heard.toneAt(tone) > 0.1) since = wallTime();
      return wallTime() - since > 300;
    },
    { what: () => `the end of ${tone} Hz; heard: ${one.heard.describe()}` },
  );
}

/** Something that is no lone tone: music, or speech. */
async function hearsMusic({ heard }: Dialog, not: number): Promise<void> {
  await until(() => heard.isReceiving() && !isSilent(heard.latest(400)) && heard.toneAt(not) < 0.3, {
    what: () => `music; heard: ${heard.describe()}`,
  });
}

async function command<T = CallRecord>(
  callId: string,
  name: string,
  option?: object,
  method = 'POST',
): Promise<T> {
  const { status, body } = await system.api.request<T>(method, `/v1.0/calls/${callId}/${name}`, option);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

const undo = (callId: string, name: string, option?: object) => command(callId, name, option, 'DELETE');

interface Results {
  readonly result: readonly { readonly status: number; readonly error?: object }[];
}

const several = (callId: string, commands: readonly object[]) =>
  command<Results>(callId, 'commands', { commands });

function actionOf({ current_action }: Readonly<Record<string, unknown>>): { readonly type: string } {
  return current_action as { type: string }; // of an activeflow's event
}

/** Waits until a flow of the call is at an action of this type. */
async function at(callId: string, wanted: string): Promise<void> {
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' && data.reference_id === callId && actionOf(data).type === wanted,
  );
}

/** Hangs up and waits until all is told, of each of its flows. */
async function end({ call, callId }: Given): Promise<string[]> {
  await call.bye();
  const told = () => system.sink.types(system.sink.eventsOf(callId));
  const count = (wanted: string) => told().filter((type) => type === wanted).length;
  await until(() => count('call_hungup') > 0 && count('activeflow_deleted') === count('activeflow_created'), {
    what: 'the end of each flow',
  });
  return told();
}

describe('talk and play', () => {
  test('are heard one after the other, beside a flow that sleeps', async () => {
    const given = await givenCall();
    const { call, callId } = given;
    await at(callId, 'sleep');
    const shown = await command(callId, 'play', song('700'));
    expect(shown).toMatchObject({ id: callId, status: 'progressing' });
    await command(callId, 'talk', { text: 'This is the operator speaking.' });
    await command(callId, 'play', song('900'));
    await hears(call, 700);
    await hears(call, 900);
    const tones = call.heard.sounds().map(({ frequency }) => frequency && 100 * Math.round(frequency / 100));
    const [first, last] = [tones.lastIndexOf(700), tones.indexOf(900)];
    expect(first).toBeGreaterThanOrEqual(0);
    // Words between the two tones: several sounds, of many frequencies.
    expect(last - first).toBeGreaterThan(3);
    expect(await end(given)).not.toContain('action_failed');
  });

  test('are heard during echo', async () => {
    const given = await givenCall({ type: 'echo', option: { duration: 60_000 } });
    const { call, callId } = given;
    call.tone(500);
    await hears(call, 500);
    call.silence();
    await command(callId, 'play', song('700'));
    await hears(call, 700);
    call.tone(500);
    await hears(call, 500);
    await end(given);
  });

  test('that come to nothing are told by an event', async () => {
    const given = await givenCall();
    const { callId } = given;
    await command(callId, 'play', song('missing'));
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === 'action_failed' && data.reference_id === callId,
    );
    expect(data).toMatchObject({ reference_type: 'call', action: { id: zeroId, type: 'play' } });
    expect(data.activeflow_id).not.toBe(zeroId);
    await end(given);
  });
});

test('digits: the phone receives them, after what is being played', async () => {
  const given = await givenCall();
  const { call, callId } = given;
  await several(callId, [
    { type: 'play', option: song('700') },
    { type: 'digits', option: { digits: '19A#', duration: 120, interval: 80 } },
  ]);
  await until(() => call.heard.digitString.length >= 4, { what: () => call.heard.describe() });
  expect(call.heard.digitString).toBe('19A#');
  const song700 = call.heard.sounds().findLast(({ frequency }) => Math.abs((frequency ?? 0) - 700) < 20);
  expect(call.heard.digits[0]?.at).toBeGreaterThan((song700?.to ?? 0) - 60);
  await end(given);
});

describe('hold', () => {
  test('is told to the phone, and that it is over', async () => {
    const given = await givenCall();
    const { call, callId } = given;
    const directions = () => call.changes.map(({ direction }) => direction);
    for (const _twice of [1, 2]) await command(callId, 'hold');
    await until(() => directions().length >= 2, { what: 'two re-INVITEs' });
    expect(directions()).toEqual(['sendonly', 'sendonly']);
    await undo(callId, 'hold');
    await until(() => directions().length >= 3, { what: 'a third one' });
    expect(directions().at(-1)).toBe('sendrecv');
    // It can still be spoken to.
    await command(callId, 'play', song('700'));
    await hears(call, 700);
    await end(given);
  });

  test('of one who is connected is told to his phone', async () => {
    const given = await connected();
    const { call, callee, legId } = given;
    await command(legId, 'hold');
    await until(() => callee.changes.at(-1)?.direction === 'sendonly', { what: 'a re-INVITE' });
    await undo(legId, 'hold');
    await until(() => callee.changes.at(-1)?.direction === 'sendrecv', { what: 'another one' });
    await hears(call, 1_200);
    await end(given);
  });

  test.each(['sendonly', 'inactive'] as const)(
    'by the phone of a callee (%s): the caller hears music, and him again afterwards',
    async (direction) => {
      const given = await connected();
      const { call, callee } = given;
      for (const _twice of [1, 2]) {
        await callee.hold(direction);
        await hearsMusic(call, 1_200);
        await callee.unhold();
        await hears(call, 1_200);
        await hears(callee, 600);
      }
      await end(given);
    },
  );

  test('by the phone of the caller: the callee hears music, and him again afterwards', async () => {
    const given = await connected();
    const { call, callee } = given;
    await call.hold();
    await hearsMusic(callee, 600);
    await call.unhold();
    await hears(callee, 600);
    await hears(call, 1_200);
    await end(given);
  });
});

describe('mute', () => {
  test('in: the other party hears nothing of it until that is undone', async () => {
    const given = await connected();
    const { call, callId, callee } = given;
    for (const _twice of [1, 2]) await command(callId, 'mute', { direction: 'in' });
    await hearsNoMore(callee, 600);
    expect(call.heard.hears(1_200)).toBe(true);
    await undo(callId, 'mute');
    await hears(callee, 600);
    await end(given);
  });

  test('out: it hears nothing; both: neither; in given back alone leaves out', async () => {
    const given = await connected();
    const { call, callId, callee } = given;
    await command(callId, 'mute', { direction: 'out' });
    await hearsNoMore(call, 1_200);
    expect(callee.heard.hears(600)).toBe(true);
    await command(callId, 'mute');
    await hearsNoMore(callee, 600);
    await undo(callId, 'mute', { direction: 'in' });
    await hears(callee, 600);
    await hearsNoMore(call, 1_200);
    await undo(callId, 'mute');
    await hears(call, 1_200);
    await end(given);
  });
});

describe('moh', () => {
  test('is heard until it is stopped, or something is played', async () => {
    const given = await givenCall();
    const { call, callId } = given;
    await command(callId, 'moh');
    await hearsMusic(call, 700);
    await undo(callId, 'moh');
    await until(() => !call.heard.isReceiving() || call.heard.silentSince(wallTime() - 300), {
      what: 'the end of the music',
    });
    await undo(callId, 'moh');
    await several(callId, [{ type: 'moh' }, { type: 'play', option: song('700') }]);
    await hears(call, 700);
    const ended = wallTime() + 700;
    await until(() => wallTime() > ended + 300);
    expect(call.heard.silentSince(ended)).toBe(true);
    await end(given);
  });

  test('is heard by one who is connected in the place of the other', async () => {
    const given = await connected();
    const { call, callId, callee } = given;
    await command(callId, 'moh');
    await hearsMusic(call, 1_200);
    await hears(callee, 600);
    await undo(callId, 'moh');
    await hears(call, 1_200);
    await end(given);
  });
});

describe('recording', () => {
  test('by orders: what was said meanwhile, and nothing of the pause', async () => {
    const given = await givenCall();
    const { call, callId } = given;
    const begun = await command<RecordingRecord>(callId, 'recording_start', { channels: 'in' });
    expect(begun).toMatchObject({ status: 'recording', reference_type: 'call', reference_id: callId });
    const said = async (tone: number) => {
      call.tone(tone);
      const from = wallTime();
      await until(() => wallTime() - from > 500);
    };
    await said(600);
    expect(await command(callId, 'recording_pause')).toMatchObject({ id: begun.id, status: 'paused' });
    await said(1_000);
    const both = await several(callId, [
      { type: 'recording_pause', option: { id: begun.id } },
      { type: 'recording_resume' },
    ]);
    expect(both.result.map(({ status }) => status)).toEqual([409, 200]);
    await said(1_700);
    expect(await command(callId, 'recording_stop', { id: begun.id })).toMatchObject({ id: begun.id });
    await system.sink.waitFor(
      ({ type, data }) => type === 'recording_updated' && data.id === begun.id && data.status === 'done',
    );
    const [samples] = await recordedAudio(system, begun.id);
    const share = (tone: number) => (samples ? goertzel(samples, tone) : 0);
    expect(share(600)).toBeGreaterThan(0.1);
    expect(share(1_700)).toBeGreaterThan(0.1);
    expect(share(1_000)).toBeLessThan(0.05);
    expect((samples?.length ?? 0) / 8).toBeGreaterThan(800);
    expect((samples?.length ?? 0) / 8).toBeLessThan(3_000);
    const { status } = await system.api.post(`/v1.0/calls/${callId}/recording_stop`);
    expect(status).toBe(409);
    await end(given);
  });
});

describe('redirect', () => {
  /** Its beginning says 900 Hz. */
  const elsewhere = () => ({ actions: [{ type: 'play', option: song('900', 100) }, idle] });

  async function arrives({ call, callId }: Given): Promise<void> {
    await hears(call, 900);
    const { body } = await system.api.get<CallRecord>(`/v1.0/calls/${callId}`);
    expect(body).toMatchObject({ status: 'progressing', action: { type: 'play' } });
  }

  test('from a prompt of the flow', async () => {
    const given = await givenCall({ type: 'play', option: song('minute') });
    await hears(given.call, 1_100);
    await command(given.callId, 'redirect', elsewhere());
    await arrives(given);
    const events = await end(given);
    expect(events.filter((type) => /activeflow_(created|deleted)/.test(type))).toEqual([
      'activeflow_created',
      'activeflow_deleted',
      'activeflow_created',
      'activeflow_deleted',
    ]);
    expect(events.filter((type) => type === 'call_hungup')).toHaveLength(1);
  });

  test('from what was played over REST, and what was still to be', async () => {
    const given = await givenCall();
    const { callId } = given;
    await several(callId, [
      { type: 'play', option: song('minute') },
      { type: 'play', option: song('minute') },
    ]);
    await hears(given.call, 1_100);
    const flow = await system.api.post<{ id: string }>('/v1.0/flows', { name: 'elsewhere', ...elsewhere() });
    expect(await command(callId, 'redirect', { flow_id: flow.body.id })).toMatchObject({
      flow_id: flow.body.id,
    });
    await arrives(given);
    expect(await end(given)).not.toContain('action_failed');
  });

  test('of a caller who is connected: the callee is hung up', async () => {
    const given = await connected();
    await command(given.callId, 'redirect', elsewhere());
    await given.callee.ended;
    await arrives(given);
    await end(given);
  });

  test('of a callee who is connected: the flow of the caller goes on without him', async () => {
    const given = await connected();
    const { callee, callId, legId } = given;
    await command(legId, 'redirect', elsewhere());
    await hears(callee, 900);
    await at(callId, 'sleep');
    expect(callee.heard.hears(600)).toBe(false);
    await end(given);
    expect(callee.isEnded).toBe(false);
    await callee.bye();
    await system.history(legId);
  });

  test('twice at once ends in one of the two flows', async () => {
    const given = await givenCall();
    const { callId } = given;
    await Promise.all([1, 2].map(() => command(callId, 'redirect', elsewhere())));
    await arrives(given);
    const events = await end(given);
    expect(events.filter((type) => type === 'activeflow_created')).toHaveLength(3);
  });
});

describe('what was ordered of a call ends', () => {
  interface Leg {
    readonly call: Dialog;
    readonly callId: string;
  }

  /** On hold, muted and with music, as far as its phone can tell. */
  async function everything({ call, callId }: Leg): Promise<void> {
    await several(callId, [
      { type: 'mute' },
      { type: 'moh' },
      { type: 'hold' },
      { type: 'mute', option: { direction: 'in' } },
    ]);
    await until(() => call.changes.at(-1)?.direction === 'sendonly', { what: 'a re-INVITE' });
    await told(callId, { held: true, mute: 'both', moh: 'default' });
  }

  /** The last event and REST say so. */
  async function told(callId: string, ordered: Ordered): Promise<void> {
    const last = () => system.sink.eventsOf(callId).findLast(({ type }) => type?.startsWith('call_'))?.data;
    const isTold = () => Object.entries(ordered).every(([name, value]) => last()?.[name] === value);
    await until(isTold, { what: () => `${JSON.stringify(ordered)}; told: ${JSON.stringify(last())}` });
    const { body } = await system.api.get<CallRecord>(`/v1.0/calls/${callId}`);
    expect(body).toMatchObject(ordered);
  }

  /** It hears what a flow plays, and its keys come. */
  const menu = () => [
    { id: 'menu', type: 'play', option: { stream_urls: [`${server.url}/900.wav`] } },
    { id: 'input', type: 'digits_receive', option: { duration: 20_000, length: 2 } },
    { id: 'over', ...idle },
  ];

  async function atMenu({ call, callId }: Leg): Promise<void> {
    await hears(call, 900);
    expect(call.changes.at(-1)?.direction).toBe('sendrecv');
    await told(callId, nothingOrdered);
    await call.digits('12');
    const { data } = await system.sink.waitFor(
      ({ type, data: { reference_id } }) => type === 'digits_received' && reference_id === callId,
    );
    expect(data).toMatchObject({ digits: '12', result: 'length' });
  }

  test('when it is redirected, from a flow or from its conversation', async () => {
    const given = await givenCall();
    await everything(given);
    await command(given.callId, 'redirect', { actions: menu() });
    await atMenu(given);
    await end(given);
    const talking = await connected();
    const leg = { call: talking.callee, callId: talking.legId };
    await everything(leg);
    await command(leg.callId, 'redirect', { actions: menu() });
    await atMenu(leg);
    await leg.call.bye();
    await system.history(leg.callId);
    await end(talking);
  });

  test('when its other party sends it elsewhere', async () => {
    const { call, callee, callId, legId } = await connected();
    const number = String(++lastNumber);
    await system.flowOn(number, menu());
    const leg = { call: callee, callId: legId };
    await everything(leg);
    expect(await call.refer(`sip:${number}@127.0.0.1:${system.asterisk.sipPort}`)).toBe(202);
    await atMenu(leg);
    await callee.bye();
    await Promise.all([callId, legId].map((id) => system.history(id)));
  });

  test('when a conversation begins', async () => {
    const bob = await phoneWith(ringing);
    const given = await givenCall({ type: 'connect', option: { destinations: [address(bob)] } });
    const callee = await until(() => bob.incoming[0], { what: 'the callee' });
    await everything(given);
    callee.tone(1_200);
    await callee.answer();
    given.call.tone(600);
    await hears(callee, 600);
    await hears(given.call, 1_200);
    await told(given.callId, nothingOrdered);
    // What is ordered from now on stays.
    await command(given.callId, 'mute', { direction: 'in' });
    await hearsNoMore(callee, 600);
    await told(given.callId, { ...nothingOrdered, mute: 'in' });
    await end(given);
  });
});

test('several commands have a result each; a bad one stops none of the others', async () => {
  const given = await givenCall();
  const { call, callId } = given;
  const { result } = await several(callId, [
    { type: 'play', option: song('700') },
    { type: 'talk', option: { text: '', volume: 11 } },
    { type: 'dance' },
    { type: 'recording_resume' },
    { type: 'redirect', option: { actions: [{ type: 'dance' }] } },
    { type: 'play', option: song('900') },
  ]);
  expect(result.map(({ status }) => status)).toEqual([200, 400, 400, 409, 400, 200]);
  expect(result[1]?.error).toMatchObject({
    details: [{ path: 'commands[1].option.text' }, { path: 'commands[1].option.volume' }],
  });
  expect(result[2]?.error).toMatchObject({ details: [{ path: 'commands[2].type' }] });
  expect(result[4]?.error).toMatchObject({ details: [{ path: 'commands[4].option.actions[0].type' }] });
  await hears(call, 700);
  await hears(call, 900);
  const last = await several(callId, [{ type: 'hangup' }, { type: 'talk', option: { text: 'Too late.' } }]);
  expect(last.result.map(({ status }) => status)).toEqual([200, 409]);
  await call.ended;
  await system.history(callId);
});

describe('a call', () => {
  test('that was hung up meanwhile ends all that was to be done, and takes no more', async () => {
    const given = await givenCall();
    const { call, callId } = given;
    await several(callId, [
      { type: 'play', option: song('minute', 1_000) },
      { type: 'talk', option: { text: 'Never heard.' } },
      { type: 'moh' },
    ]);
    await hears(call, 1_100);
    const [ending, ...answers] = await Promise.all([
      end(given),
      ...['hold', 'moh', 'mute', 'recording_start', 'redirect'].map((name) =>
        system.api.post(
          `/v1.0/calls/${callId}/${name}`,
          name === 'redirect' ? { actions: [idle] } : undefined,
        ),
      ),
    ]);
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(ending.filter((type) => type === 'call_hungup')).toHaveLength(1);
    const { status, body } = await system.api.post(`/v1.0/calls/${callId}/talk`, { text: 'Hello?' });
    expect({ status, body }).toMatchObject({ status: 409, body: { error: { reason: 'CONFLICT' } } });
  });

  test('that is not answered takes nothing yet; one that never was is not found', async () => {
    const bob = await phoneWith(ringing);
    const made = await system.api.post<{ calls: CallRecord[] }>('/v1.0/calls', {
      source: { type: 'tel', target: '100' },
      destinations: [address(bob)],
      actions: [idle],
    });
    const id = made.body.calls[0]?.id ?? '';
    await until(() => bob.incoming[0], { what: 'the call' });
    for (const name of ['hold', 'moh', 'mute', 'recording_start'])
      expect((await system.api.post(`/v1.0/calls/${id}/${name}`)).status, name).toBe(409);
    expect((await system.api.post(`/v1.0/calls/${id}/redirect`, { actions: [idle] })).status).toBe(409);
    expect((await system.api.post(`/v1.0/calls/${zeroId}/hold`)).status).toBe(404);
    await system.api.post(`/v1.0/calls/${id}/hangup`);
    await system.history(id);
  });

  test('takes so many commands at a time', async () => {
    const given = await givenCall();
    const { callId } = given;
    const { result } = await several(
      callId,
      Array.from({ length: 12 }, () => ({ type: 'play', option: song('minute') })),
    );
    expect(result.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 409, 409]);
    await end(given);
  });
});
