import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import { answering } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import { CallCentre } from '../support/call-centre.ts';
import type { Dialog } from '../support/dialog.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { soundShare } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;
let server: MediaServer;
let lastNumber = 600;
/** Those a test has made. */
const calls: OutgoingCall[] = [];

beforeAll(async () => {
  server = await MediaServer.open({
    '/minute.wav': { body: wavTone({ length: 60_000, frequency: 900 }) },
    '/mark.wav': { body: wavTone({ length: 1_500, frequency: 1_700 }) },
  });
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '100' },
  });
});
// Of prompts nobody hears to their end.
afterEach(async () => {
  for (const call of calls.splice(0)) await call.bye();
  await system.quiet([/Playback failed for/]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

/** Half a minute of speech. */
const speech = Array.from({ length: 12 }, (_, index) => `number ${index}, which nobody hears`).join('. ');

const talk = (text: string) => ({ type: 'talk', option: { text, async: true } });
const mark = () => ({ type: 'play', option: { stream_urls: [`${server.url}/mark.wav`] } });
const idle = { id: 'idle', type: 'sleep', option: { duration: 60_000 } };

/** Much earlier than the speech would have ended. */
const soon = { timeout: 6_000 };

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** A caller who says 600 Hz, on a flow that begins like this. */
async function givenCall(...actions: readonly object[]): Promise<Given> {
  const given = await unanswered({ type: 'answer' }, ...actions);
  await given.call.answered;
  return given;
}

/** Whom the flow has yet to answer. */
async function unanswered(...actions: readonly object[]): Promise<Given> {
  const number = String(++lastNumber);
  await system.flowOn(number, [...actions, idle]);
  const phone = await system.caller(`caller${number}`);
  const call = await phone.call(number);
  calls.push(call);
  call.tone(600);
  return { call, callId: await system.callTo(number) };
}

/** Somebody who picks up and says 1200 Hz, and the action that connects to him. */
async function callee(ringFor: number): Promise<{ readonly phone: Phone; readonly connect: object }> {
  const phone = await system.caller(`callee${++lastNumber}`);
  phone.onInvite(answering({ ringFor, tone: 1_200 }));
  const target = phone.contact.replace(/^sip:/, '');
  return { phone, connect: { type: 'connect', option: { destinations: [{ type: 'sip', target }] } } };
}

async function hears(one: Dialog, frequency: number, what: string): Promise<void> {
  await until(() => one.heard.hears(frequency), { ...soon, what });
}

/** They talk now, and hear nothing else. */
async function talking(call: OutgoingCall, phone: Phone): Promise<void> {
  const leg = await until(() => phone.incoming[0], { what: 'the call' });
  await hears(call, 1_200, 'the callee, by the caller');
  await hears(leg, 600, 'the caller, by the callee');
  const from = wallTime();
  await until(() => wallTime() - from > 1_000, { what: 'a second of conversation' });
  expect(soundShare(call.heard.samples(from), 1_200)).toBeGreaterThan(0.5);
  await leg.bye();
}

/** The flow has gone on, and the call ends; nothing has failed. */
async function hangUp({ call, callId }: Given): Promise<void> {
  await call.bye();
  expect(await system.history(callId)).not.toContain('action_failed');
}

async function command(callId: string, name: string, option: object): Promise<void> {
  const { status, body } = await system.api.post(`/v1.0/calls/${callId}/${name}`, option);
  expect({ status, body }).toMatchObject({ status: 200 });
}

describe('whoever has answered is heard at once, whatever the caller was still to hear', () => {
  test('of several asynchronous talks, and nothing of them later', async () => {
    const bob = await callee(1_500);
    const given = await givenCall(talk(`one ${speech}`), talk(`two ${speech}`), bob.connect, mark());
    await until(() => given.call.heard.firstSoundAt(), { what: 'the speech' });
    await talking(given.call, bob.phone);
    await hears(given.call, 1_700, 'the action behind it');
    await until(() => given.call.heard.silentSince(wallTime() - 1_500), { ...soon, what: 'silence' });
    await hangUp(given);
  });

  test('of one that is still being made of text', async () => {
    const bob = await callee(0);
    const given = await givenCall(talk(`late ${speech} `.repeat(9).slice(0, 4_900)), bob.connect, mark());
    await talking(given.call, bob.phone);
    await hears(given.call, 1_700, 'the action behind it');
    await hangUp(given);
  });

  test('of what the API plays to him, and of what it still is to play', async () => {
    const bob = await callee(3_000);
    const given = await givenCall(bob.connect, mark());
    const minute = { stream_urls: [`${server.url}/minute.wav`], loop: 2 };
    for (let time = 0; time < 2; time++) await command(given.callId, 'play', minute);
    await hears(given.call, 900, 'what the API plays');
    await talking(given.call, bob.phone);
    await hears(given.call, 1_700, 'the action behind it');
    await hangUp(given);
  });

  test('by himself in an echo, of whichever kind', async () => {
    const echo = (type: string) => ({ type, option: { duration: 2_500 } });
    const given = await givenCall(talk(speech), echo('echo'), talk(speech), echo('stream_echo'), mark());
    await hears(given.call, 600, 'himself');
    await hears(given.call, 1_700, 'the action behind them');
    await hangUp(given);
  });

  test('of what he hears before he is answered: by a callee, himself, those in a confbridge', async () => {
    const early = (text: string) => ({ type: 'talk', option: { text, async: true, answer: false } });
    const bob = await callee(2_000);
    const join = { type: 'confbridge_join', option: { confbridge_id: crypto.randomUUID() } };
    const other = await givenCall(join);
    other.call.tone(1_200);
    const given = await unanswered(early(`early ${speech}`), bob.connect, mark());
    const [echoed, joined] = await Promise.all([
      unanswered(early(`mirror ${speech}`), { type: 'echo', option: { duration: 2_500 } }, mark()),
      unanswered(early(`room ${speech}`), join),
    ]);
    await until(() => given.call.heard.firstSoundAt(), { what: 'the speech' });
    expect(given.call.answeredAt).toBeUndefined();
    await hears(echoed.call, 600, 'himself');
    await hears(joined.call, 1_200, 'the one in the confbridge');
    await hears(other.call, 600, 'the one who has come');
    await talking(given.call, bob.phone);
    for (const { call } of [given, echoed]) await hears(call, 1_700, 'the action behind it');
    for (const each of [given, echoed, joined, other]) await hangUp(each);
  });

  test('also where music is chosen for them, which Asterisk notes behind what it plays', async () => {
    const url = `${system.daemon.url}/v1.0/sounds?name=held`;
    const authorization = `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}`;
    const body = new Uint8Array(wavTone({ length: 2_000, frequency: 500 }));
    const uploaded = await fetch(url, { method: 'POST', headers: { authorization }, body });
    expect(uploaded.status).toBe(200);
    const bob = await callee(2_000);
    const { option } = bob.connect as { readonly option: object };
    const connect = { type: 'connect', option: { ...option, music: 'sound:held' } };
    const given = await givenCall(talk(`music ${speech}`), connect, mark());
    await until(() => given.call.heard.firstSoundAt(), { what: 'the speech' });
    await talking(given.call, bob.phone);
    await hears(given.call, 1_700, 'the action behind it');
    await hangUp(given);
  });

  test('by an agent of a queue whose wait flow talks beside itself', async () => {
    const centre = new CallCentre(system);
    const waitFlow = await centre.waitFlow(talk(`wait ${speech}`), {
      type: 'sleep',
      option: { duration: 9_000 },
    });
    const queue = await centre.queue({ wait_flow_id: waitFlow });
    const agent = await centre.agent(answering({ ringFor: 2_000, tone: 1_200 }));
    const given = await givenCall(talk(`welcome ${speech}`), {
      type: 'queue_join',
      option: { queue_id: queue.id },
    });
    await talking(given.call, agent.phone);
    await hangUp(given);
  });

  test('by those who are in a confbridge already', async () => {
    const confbridge_id = crypto.randomUUID();
    const join = { type: 'confbridge_join', option: { confbridge_id } };
    const first = await givenCall(join);
    first.call.tone(1_200);
    const second = await givenCall(
      talk(`conference ${speech}`),
      { type: 'sleep', option: { duration: 2_000 } },
      join,
    );
    await until(() => second.call.heard.firstSoundAt(), { what: 'the speech' });
    await hears(second.call, 1_200, 'the first, by the second');
    await hears(first.call, 600, 'the second, by the first');
    await Promise.all([hangUp(first), hangUp(second)]);
  });
});

test('what is behind an asynchronous talk is heard behind it, also where the talk is ready at once', async () => {
  const behind = [mark(), { type: 'beep' }] as const;
  const words = talk('one two three four');
  const rounds = await Promise.all(
    [1, 2].map(async (round) => {
      const given = await givenCall(words, ...behind);
      await hears(given.call, 1_700, `the mark of call ${round}`);
      await until(() => given.call.heard.silentSince(wallTime() - 1_000), { ...soon, what: 'silence' });
      return given;
    }),
  );
  for (const given of rounds) {
    const sounds = given.call.heard.sounds();
    const isMark = ({ frequency = 0 }) => Math.abs(frequency - 1_700) < 30;
    const [from = 0, to = 0] = [sounds.find(isMark)?.from, sounds.findLast(isMark)?.to];
    const length = (some: typeof sounds) => some.reduce((total, sound) => total + sound.to - sound.from, 0);
    expect(length(sounds.filter((sound) => sound.to <= from))).toBeGreaterThan(600);
    expect(length(sounds.filter((sound) => sound.from >= to))).toBeLessThan(600);
    await hangUp(given);
  }
});

test('a call is answered behind what it hears before that, to its end', async () => {
  const option = { text: 'one two three four five six seven eight nine ten', async: true, answer: false };
  const given = await unanswered({ type: 'talk', option }, { type: 'answer' }, mark());
  await hears(given.call, 1_700, 'the mark');
  const { answeredAt = 0, heard } = given.call;
  const first = heard.firstSoundAt() ?? 0;
  const spoken = heard.sounds().findLast(({ to }) => to <= answeredAt);
  // Asterisk alone would wait as well, but not the daemon for so long.
  expect(answeredAt - first).toBeGreaterThan(3_000);
  expect(answeredAt - (spoken?.to ?? 0)).toBeLessThan(1_500);
  await hangUp(given);
});

test('whoever hears something before the answer is refused at once', async () => {
  const early = { type: 'talk', option: { text: `refused ${speech}`, async: true, answer: false } };
  const refusal = { type: 'hangup', option: { code: 433 } };
  const given = await unanswered(early, { type: 'sleep', option: { duration: 1_500 } }, refusal);
  await until(() => given.call.heard.firstSoundAt(), { what: 'the speech' });
  const asked = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === given.callId &&
      (data.current_action as { type?: string }).type === 'hangup', // an activeflow's event
  );
  expect(await given.call.final).toMatchObject({ status: 433 });
  expect((given.call.end?.at ?? 0) - asked.at).toBeLessThan(1_200);
});

test('a redirect ends what talks beside the old flow, begun or not', async () => {
  const given = await givenCall(talk(`old ${speech}`), talk(`older ${speech}`));
  await until(() => given.call.heard.firstSoundAt(), { what: 'the speech' });
  await command(given.callId, 'redirect', { actions: [mark(), idle] });
  await hears(given.call, 1_700, 'the new flow');
  await until(() => given.call.heard.silentSince(wallTime() - 1_500), { ...soon, what: 'silence' });
  await hangUp(given);
});
