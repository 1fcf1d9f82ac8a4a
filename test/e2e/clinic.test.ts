import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/commands/program.ts';
import { answering, rejecting } from '../support/answering.ts';
import { ClinicServer, type Said, saidOn, toneOf } from '../support/clinic-server.ts';
import type { Dialog } from '../support/dialog.ts';
import { sequence, speak } from '../support/greetings.ts';
import { hearsInTurn } from '../support/in-turn.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import { asItWas } from '../support/menu-as-it-was.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { goertzel, isSilent, tone } from '../support/tones.ts';
import { eventually, until } from '../support/until.ts';
import { readWav } from '../support/wav.ts';

const examples = join(import.meta.dirname, '../../docs/examples');
const line = '+498912345';
const pin = '7391';
const doctor = '+4917012345';
const human = '+4917000001';
const machine = '+4917000002';
/** Hertz of people. */
const [ada, ben, onCall, patient, other] = [500, 550, 460, 420, 380];

let system: System;
let server: ClinicServer;
/** All telephones of the world, behind the trunk. */
let carrier: Phone;
/** Somebody who has called on a holiday. */
let late: OutgoingCall;
let lateId: string;

beforeAll(async () => {
  server = await ClinicServer.open();
  carrier = await Phone.open({ user: 'carrier' });
  carrier.onInvite(pickedUp);
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '+49',
      ARIFLOW_TRUNK_URI: carrier.contact,
      ARIFLOW_OPENAI_URL: `${server.url}/v1`,
      ARIFLOW_PUBLIC_URL: 'https://clinic.example',
      ARIFLOW_ALLOW_HTTP: 'true',
    },
  });
  expect(await applied()).toMatch(/^\d\d made, 0 changed, 0 deleted, 0 as they are$/);
  expect(await applied()).toMatch(/^0 made, 0 changed, 0 deleted, \d\d as they are$/);
  expect(await openAt('2031-12-25T09:00:00Z')).toMatchObject({ open: false, exception: 'Christmas' });
  expect(await openAt('2031-12-24T09:00:00Z')).toMatchObject({ open: true, exception: 'Christmas Eve' });
  expect(await openAt('2031-12-24T10:30:00Z')).toMatchObject({ open: false });
  expect(await openAt('2031-12-23T10:30:00Z')).toMatchObject({ open: true, reason: 'period' });
  const soon = [0, 86_400_000].map((later) => new Date(Date.now() + later).toLocaleDateString('sv', berlin));
  await always({ exceptions: soon.map((date) => ({ date, name: 'Town fair', closed: true })) });
  late = await called(line, { from: 'late' });
  lateId = await system.callTo(line);
  await always();
});
afterAll(async () => {
  try {
    // Prompts that a key ends, and a PIN that the clinic's server does not know.
    await system.quiet([/Playback failed for sound/, /"code":"CLIENT_ERROR"/]);
  } finally {
    await system[Symbol.asyncDispose]();
    await carrier.close();
    await server[Symbol.asyncDispose]();
  }
});

const berlin = { timeZone: 'Europe/Berlin' };

/** The last line of `ariflow apply`. */
async function applied(folder = 'clinic', ...how: readonly string[]): Promise<string | undefined> {
  const { env, asterisk, daemon } = system;
  const values = { CLINIC_SECRET: 'correct-horse', CLINIC_PIN: pin, CLINIC_DOCTOR: doctor };
  const others = { DENTIST_SERVER: server.url, DENTIST_PIN: pin, HOTEL_SERVER: server.url };
  const passwords = { HOTEL_RECEPTION_PASSWORD: 'correct-horse', HOTEL_ROOM_PASSWORD: 'correct-horse' };
  const there = { ARIFLOW_API_URL: daemon.url, ARIFLOW_API_TOKEN: asterisk.secrets.api_token };
  const lines: string[] = [];
  const output = {
    out: (text: string) => void lines.push(text),
    err: (text: string) => void lines.push(text),
  };
  const all = { ...env, ...there, ...values, ...others, ...passwords, CLINIC_SERVER: server.url };
  const command = ['apply', join(examples, folder), ...how];
  expect(await runCommand(command, { env: all, output }), lines.join('\n')).toBe(0);
  return lines.at(-1);
}

async function idOf(kind: string, name: string): Promise<string> {
  const { body } = await system.api.get<{ result: { id: string; name: string }[] }>(`/v1.0/${kind}`);
  return body.result.find((each) => each.name === name)?.id ?? '';
}

async function openAt(time: string): Promise<unknown> {
  const id = await idOf('schedules', 'front-desk');
  return (await system.api.get(`/v1.0/schedules/${id}/at?time=${time}`)).body;
}

/** Open day and night, but for these days. */
async function always({ exceptions = [] as readonly object[] } = {}): Promise<void> {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const change = { periods: [{ days, from: '00:00', to: '24:00' }], exceptions };
  const id = await idOf('schedules', 'front-desk');
  expect((await system.api.put(`/v1.0/schedules/${id}`, change)).status).toBe(200);
}

/** What those do who are called through the trunk. */
async function pickedUp(call: IncomingCall): Promise<void> {
  if (call.called === doctor) return answering({ tone: onCall })(call);
  const speech = await speak({ text: call.called === human ? 'Hello?' : mailbox });
  if (!(await call.answer())) return;
  await call.play(sequence(200, speech));
  if (call.called === machine) await call.play(sequence(400, tone(1_000, 3_200)));
}

const mailbox =
  'Hello, you have reached the voice mail box of Anna Miller. Please leave a message after the tone.';

async function called(
  number: string,
  { from, tone }: { from: string; tone?: number },
): Promise<OutgoingCall> {
  const call = await (await (await system.caller(from)).call(number)).answered;
  if (tone !== undefined) call.tone(tone);
  return call;
}

/** Waits until each was heard, one after the other. */
function hears(call: Dialog, ...what: readonly (Said | number)[]): Promise<void> {
  return hearsInTurn(call, ...what.map((each) => (typeof each === 'number' ? each : toneOf(each))));
}

/** How many tenths of a second hold nothing but a tone: neither when it began is asked, nor where it was torn. */
function tenthsOf(frequency: number, samples: Int16Array): number {
  const parts = Array.from({ length: Math.floor(samples.length / 800) }, (_, index) =>
    samples.subarray(800 * index, 800 * (index + 1)),
  );
  return parts.filter((part) => goertzel(part, frequency) > 0.8).length;
}

const endedBy = async (call: Dialog): Promise<string> => (await call.ended).by;

describe.concurrent('while some call at once', () => {
  test('on a holiday he leaves word; the clinic is sent a link to it, and the desk hears it with the PIN', async () => {
    await hears(late, 'holiday', 'greeting');
    await system.sink.waitFor(
      ({ type, data }) => type === 'recording_created' && data.reference_id === lateId,
    );
    await late.play(tone(other, 16_000));
    await late.digits('#');
    expect(await endedBy(late)).toBe('them');
    const told = await until(() => voicemailTold(), { what: 'the webhook of the clinic' });
    expect(told.headers['webhook-signature']).toMatch(/^v1,/);
    const link = linkOf(told.body);
    const { status, headers, audio } = await fetched(link);
    expect([status, headers.get('content-type')]).toEqual([200, 'audio/wav']);
    const [left = new Int16Array(0)] = readWav(audio).channels;
    expect(tenthsOf(other, left)).toBeGreaterThan(10);
    expect((await fetched(`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`)).status).toBe(403);

    const desk = await called('300', { from: 'desk' });
    await desk.digits(pin);
    await hears(desk, other);
    await desk.digits('3');
    await eventually(async () => (await fetched(link)).status === 404, { what: 'the file to be gone' });
    await desk.bye();
  });

  test('the menu asks again who has pressed nothing or a wrong key, in a third of the actions', async () => {
    const actions = [...asItWas, { id: 'german', type: 'talk', option: { text: 'Stadtklinik.' } }, bye];
    await system.flowOn('as-it-was', actions);
    const heard = [line, 'as-it-was'].map(async (number) => {
      const call = await called(number, { from: `undecided-${number}` });
      await hears(call, 'english', 'german', 'english');
      await call.digits('7');
      await hears(call, 'noChoice', 'english');
      await call.digits('9');
      await hears(call, 'germanMenu');
      await call.bye();
      return saidOn(call);
    });
    const [now, before] = await Promise.all(heard);
    expect(now).toEqual(['english', 'german', 'english', 'noChoice', 'english', 'germanMenu']);
    expect(now).toEqual(before);
    const flow = await system.api.get<{ actions: { id: string; type: string }[] }>(
      `/v1.0/flows/${await idOf('flows', 'line')}`,
    );
    const menu = flow.body.actions.slice(0, 1);
    expect(menu).toMatchObject([{ id: 'menu', type: 'menu' }]);
    expect([menu.length, asItWas.length]).toEqual([1, 8]);
  });

  test('whoever presses wrong keys only is hung up', async () => {
    const call = await called(line, { from: 'wrong' });
    await hears(call, 'english');
    await call.digits('7');
    await hears(call, 'noChoice', 'english');
    await call.digits('8');
    await hears(call, 'noChoice', 'english');
    await call.digits('6');
    expect(await endedBy(call)).toBe('them');
  });

  test('two agents: one refuses, the other takes; who asks for a call-back keeps his place', async () => {
    const [first, second, home] = await Promise.all(
      ['1001', '1002', '1003'].map(async (user) => {
        const phone = await system.desk(user);
        await phone.register();
        return phone;
      }),
    );
    if (!first || !second || !home) throw new Error('three phones');
    first.onInvite(rejecting(486));
    second.onInvite(answering({ tone: ben }));
    const one = await called(line, { from: 'one', tone: patient });
    await hears(one, 'english');
    await one.digits('1');
    await hears(one, ben);
    const [refused, taken] = [first.incoming[0], second.incoming[0]];
    if (!refused || !taken) throw new Error('both were rung');
    expect(refused.receivedAt).toBeLessThan(taken.receivedAt);
    await hears(taken, patient);
    const pause = await (await first.call('301')).answered;
    await hears(pause, 'paused');
    await pause.ended;

    const asking = await (await home.call(line)).answered;
    await hears(asking, 'english');
    await asking.digits('1');
    await hears(asking, 'offer', 'first');
    await asking.digits('1');
    await hears(asking, 'accepted');
    await asking.bye();
    const later = await called(line, { from: 'later', tone: other });
    await hears(later, 'english');
    await later.digits('1');
    await hears(later, 'offer', 'second');

    for (const [phone, hertz] of [[first, ada] as const, [home, 440] as const])
      phone.onInvite(answering({ tone: hertz }));
    const back = await (await first.call('302')).answered;
    await hears(back, 'back');
    await back.ended;
    const calledBack = await until(() => home.incoming[0], { what: 'the call back' });
    await hears(calledBack, ada);
    await until(() => first.incoming[1]?.heard.hears(440), { what: 'who was called back' });
    expect(second.incoming).toHaveLength(1);
    await taken.digits('#');
    await one.bye();
    await hears(later, ben);
    await until(() => second.incoming[1]?.heard.hears(other), { what: 'who came last' });
    await Promise.all([calledBack, later].map((call) => call.bye()));
  });

  test('the reminder asks a human, and tells a machine behind its beep', async () => {
    const flow_id = await idOf('flows', 'reminder');
    const source = { type: 'tel', target: line, target_name: 'City clinic' };
    const variables = { appointment: 'tomorrow at nine' };
    for (const target of [human, machine]) {
      const call = { source, destinations: [{ type: 'tel', target }], flow_id, variables, timeout: 30_000 };
      expect((await system.api.post('/v1.0/calls', call)).status).toBe(200);
    }
    const legTo = (number: string) =>
      until(() => carrier.incoming.find((leg) => leg.called === number), { what: `a call to ${number}` });
    const [person, answered] = await Promise.all([legTo(human), legTo(machine)]);
    expect(person.from).toMatchObject({ user: line, name: 'City clinic' });
    await hears(person, 'reminder');
    await person.digits('1');
    await hears(person, 'thanks');
    expect(await endedBy(person)).toBe('them');
    expect(server.at('/confirmed').map(({ body }) => body)).toEqual([{ number: human }]);
    expect(await endedBy(answered)).toBe('them');
    expect(saidOn(answered)).toEqual(['message']);
  });

  test('who has a PIN hears his appointment; a wrong one is asked for again', async () => {
    const call = await called(line, { from: 'grace' });
    await hears(call, 'english');
    await call.digits('2');
    await hears(call, 'askPin');
    await call.digits('9999');
    await hears(call, 'noPin', 'askPin');
    await call.digits('1234');
    await hears(call, 'appointment');
    expect(await endedBy(call)).toBe('them');
    expect(server.at('/pin').map(({ body }) => body)).toEqual([{ pin: '9999' }, { pin: '1234' }]);
  });

  test('the doctor on call is reached through the trunk', async () => {
    const call = await called(line, { from: 'urgent', tone: patient });
    await hears(call, 'english');
    await call.digits('3');
    await hears(call, onCall);
    const leg = carrier.incoming.find(({ called }) => called === doctor);
    await until(() => leg?.heard.hears(patient), { what: 'the patient' });
    expect(leg?.from).toMatchObject({ user: line, name: 'City clinic' });
    await leg?.bye();
    expect(await endedBy(call)).toBe('them');
  });

  test('the other examples are good, and take no name of another one', async () => {
    const folders = (await readdir(examples)).filter((name) => name !== 'clinic');
    expect(folders.length).toBeGreaterThan(2);
    for (const folder of folders)
      expect(await applied(folder, '--plan')).toMatch(
        /^\d+ to make, 0 to change, 0 to delete, 0 as they are$/,
      );
  });

  test('the team waits for its host, hears one another, and ends with him', async () => {
    const members = await Promise.all([
      called('200', { from: 'member', tone: 440 }),
      called('200', { from: 'member2', tone: 900 }),
    ]);
    for (const { heard } of members)
      await until(() => !isSilent(heard.latest()), { what: 'music until the host comes' });
    expect(members[0].heard.toneAt(900) + members[1].heard.toneAt(440)).toBeLessThan(0.5);
    const host = await called('201', { from: 'host', tone: 1_500 });
    await hear(members[0], 900, 1_500);
    await hear(members[1], 440, 1_500);
    await hear(host, 440, 900);
    await host.bye();
    expect(await Promise.all(members.map(endedBy))).toEqual(['them', 'them']);
  });
});

/** Two at once. */
async function hear({ heard }: Dialog, ...tones: readonly number[]): Promise<void> {
  await until(() => tones.every((hertz) => heard.toneAt(hertz) > 0.3), {
    what: () => `${tones.join(' and ')} (${heard.describe()})`,
  });
}

function voicemailTold() {
  return server.at('/events').find(({ body }) => body.type === 'voicemail_created');
}

function linkOf(body: Readonly<Record<string, unknown>>): string {
  return (body.data as { url: string }).url; // a voicemail's event
}

/** What a link opens, to whoever has it. */
async function fetched(link: string) {
  const { pathname, search, origin } = new URL(link);
  expect(origin).toBe('https://clinic.example');
  const response = await fetch(`${system.daemon.url}${pathname}${search}`);
  const { status, headers } = response;
  return { status, headers, audio: Buffer.from(await response.arrayBuffer()) };
}

const bye = { id: 'bye', type: 'hangup' };
