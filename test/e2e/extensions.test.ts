import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering, rejecting, ringing } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { Phone } from '../support/phone.ts';
import { isSoak } from '../support/scale.ts';
import { ofChangedEndpoint, System } from '../support/system.ts';
import { Ear } from '../support/undisturbed.ts';
import { until } from '../support/until.ts';

interface Extension {
  readonly id: string;
  readonly extension: string;
  readonly password: string;
}

let system: System;
let server: MediaServer;
const phones: Phone[] = [];

/** Of the calls two phones talk on some, and on the others one listens to a flow. */
const [talks, listeners, phonesMade] = isSoak ? [16, 34, 200] : [2, 2, 40];
/** A phone is called so many times at once, at most. */
const callsAPhone = 4;

beforeAll(async () => {
  const long = wavTone({ length: 300_000, frequency: 1_100 });
  server = await MediaServer.open({ '/long.wav': { body: long } });
  system = await System.start({ env: { ARIFLOW_OUTBOUND_CONCURRENT: '100', ARIFLOW_OUTBOUND_CPS: '100' } });
});
// What Asterisk says of wrong passwords, and of a phone that is not there.
const expected = [
  /(failed|authenticate)/i,
  ofChangedEndpoint,
  /'loopback' .* has no configured AORs/,
  /forward_not_followed/,
  // A daemon that was killed.
  /web ?socket/i,
  /Playback failed for/,
];
afterEach(() => system.quiet(expected));
afterAll(async () => {
  for (const phone of phones) await phone.close();
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

async function made(fields: object): Promise<Extension> {
  const { status, body } = await system.api.post<Extension>('/v1.0/extensions', fields);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function phoneOf({ extension: user, password }: Omit<Extension, 'id'>): Promise<Phone> {
  const phone = await Phone.open({ server: `127.0.0.1:${system.asterisk.sipPort}`, user, password });
  phones.push(phone);
  return phone;
}

/** Both hear each other. */
async function talk(call: OutgoingCall, callee: Phone, tone: number): Promise<void> {
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(tone) && callee.incoming.at(-1)?.heard.hears(700), {
    what: 'both to be heard',
  });
}

test('a phone made a moment ago registers, is called and calls; changed and deleted, its call goes on', async () => {
  const ada = await made({ extension: '2001', name: 'Ada' });
  const bob = await made({ extension: '2002', password: 'correct-horse' });
  const [one, two] = [await phoneOf(ada), await phoneOf(bob)];
  expect(await one.register()).toMatchObject({ status: 200 });
  expect(await two.register()).toMatchObject({ status: 200 });
  two.onInvite(answering({ tone: 1_200 }));
  const call = await one.call('2002');
  await talk(call, two, 1_200);

  const path = `/v1.0/extensions/${ada.id}`;
  expect((await system.api.get(path)).body).toMatchObject({ status: 'registered', calls: 1 });
  const { address, uri } = { address: `127.0.0.1:${one.address.port}`, uri: one.contact };
  expect((await system.api.get(`${path}/registrations`)).body).toMatchObject({ result: [{ address, uri }] });
  expect(await system.api.put(path, { password: 'another-password', codecs: ['alaw'] })).toMatchObject({
    status: 200,
  });
  expect((await one.register()).status).toBeGreaterThanOrEqual(401);
  const again = await phoneOf({ extension: '2001', password: 'another-password' });
  expect(await again.register()).toMatchObject({ status: 200 });
  expect(await system.api.delete(path)).toMatchObject({ status: 200 });
  expect((await again.register()).status).toBeGreaterThanOrEqual(401);
  expect((await (await two.call('2001')).final).status).toBe(404);

  const from = call.heard.endedAt ?? 0;
  await until(() => (call.heard.endedAt ?? 0) > from + 300 && call.heard.hears(1_200), {
    what: 'the callee',
  });
  await call.bye();
  await system.sink.waitFor(({ type, data }) => type === 'extension_deleted' && data.id === ada.id);
  const told = system.sink.requests.filter(({ data }) => data.id === ada.id);
  expect(told.map(({ type }) => type)).toEqual([
    'extension_created',
    'extension_updated',
    'extension_deleted',
  ]);
  expect(JSON.stringify(told)).not.toMatch(/digest|password/);
});

test('whoever was registered with a number is not called once that is somebody else', async () => {
  const ada = await made({ extension: '2005' });
  const one = await phoneOf(ada);
  one.onInvite(answering({ tone: 1_200 }));
  expect(await one.register()).toMatchObject({ status: 200 });
  expect(await system.api.delete(`/v1.0/extensions/${ada.id}`)).toMatchObject({ status: 200 });
  const bob = await made({ extension: '2005' });
  expect((await system.api.get(`/v1.0/extensions/${bob.id}/registrations`)).body).toEqual({ result: [] });
  const caller = await system.caller();
  expect((await (await caller.call('2005')).final).status).toBe(480);
  expect(one.incoming).toHaveLength(0);
  const two = await phoneOf(bob);
  two.onInvite(answering({ tone: 1_200 }));
  expect(await two.register()).toMatchObject({ status: 200 });
  const call = await caller.call('2005');
  await talk(call, two, 1_200);
  await call.bye();
});

test('a queue rings an agent where his phone is forwarded, being off', async () => {
  const unavailable = { type: 'extension', target: '2022' };
  await made({ extension: '2021', forward: { unavailable } });
  const mobile = await phoneOf(await made({ extension: '2022' }));
  mobile.onInvite(answering({ tone: 1_200 }));
  expect(await mobile.register()).toMatchObject({ status: 200 });
  const addresses = [{ type: 'extension', target: '2021' }];
  await system.api.post('/v1.0/agents', { username: 'ada', addresses });
  const queue = await system.api.post<{ id: string }>('/v1.0/queues', { name: 'front' });
  await system.flowOn('queue', [{ type: 'queue_join', option: { queue_id: queue.body.id } }]);
  const call = await (await system.caller()).call('queue');
  await until(() => call.heard.hears(1_200), { what: 'the agent, at his other phone' });
  await call.bye();
});

test('they are there again with an Asterisk that has begun anew, and with a daemon that was killed', async () => {
  const ada = await made({ extension: '2003' });
  const phone = await phoneOf(ada);
  expect(await phone.register()).toMatchObject({ status: 200 });
  await system.asterisk.kill();
  await system.asterisk.restart();
  await until(async () => (await phone.register()).status === 200, { what: 'the phone to register again' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  expect(await phone.register()).toMatchObject({ status: 200 });
  await system.restartDaemon();
  expect(await system.api.delete(`/v1.0/extensions/${ada.id}`)).toMatchObject({ status: 200 });
  expect((await phone.register()).status).toBeGreaterThanOrEqual(401);
});

test('a lamp shows whether another phone rings, is on a call or is free', async () => {
  const [boss, desk] = [
    await phoneOf(await made({ extension: '2031' })),
    await phoneOf(await made({ extension: '2032' })),
  ];
  for (const phone of [boss, desk]) expect(await phone.register()).toMatchObject({ status: 200 });
  boss.onInvite(ringing);
  expect((await desk.watch('2031')).status).toBe(200);
  const shows = (state: string) =>
    until(() => desk.notifications.at(-1)?.includes(`<state>${state}</state>`), {
      what: `the lamp: ${state}`,
    });
  await shows('terminated');
  const call = await (await system.caller()).call('2031');
  await shows('early');
  await boss.incoming[0]?.answer();
  await call.answered;
  await shows('confirmed');
  await call.bye();
  await shows('terminated');
});

/** Does something with each, a few at a time. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += 8)
    results.push(...(await Promise.all(items.slice(start, start + 8).map(work))));
  return results;
}

/** What is changed of a phone: each asks Asterisk to write it anew. */
const changes = [
  { codecs: ['alaw'] },
  { password: 'another-password' },
  { max_contacts: 1 },
  { dnd: true, call_waiting: false },
];

test(`${phonesMade} phones are made, changed and deleted while ${talks + listeners} calls go on: none is disturbed`, async () => {
  const ada = await phoneOf(await made({ extension: '2040' }));
  const desks: Phone[] = [];
  for (let desk = 0; desk < talks / callsAPhone; desk++)
    desks.push(await phoneOf(await made({ extension: String(2041 + desk) })));
  for (const phone of [ada, ...desks]) expect(await phone.register()).toMatchObject({ status: 200 });
  for (const desk of desks) desk.onInvite(answering({ tone: 1_200 }));
  await system.flowOn('204', [{ type: 'play', option: { stream_urls: [`${server.url}/long.wav`] } }]);
  const heard: ConstructorParameters<typeof Ear>[] = [];
  for (let count = 0; count < talks; count++) {
    const place = count % desks.length;
    const call = await ada.call(String(2041 + place));
    await call.answered;
    call.tone(700);
    const taken = await until(() => desks[place]?.incoming.at(-1), { what: 'the call' });
    heard.push([call.heard, 1_200], [taken.heard, 700]);
  }
  for (let count = 0; count < listeners; count++)
    heard.push([(await (await ada.call('204')).answered).heard, 1_100]);
  const areHeard = () => heard.every(([call, tone]) => call.hears(tone));
  await until(areHeard, { timeout: 30_000, what: 'everybody to be heard' });
  const ears = heard.map((each) => new Ear(...each));

  const many = Array.from({ length: phonesMade }, (_, index) => String(30_000 + index));
  const extensions = await inTurns(many, (extension) => made({ extension }));
  const newest = await phoneOf(extensions[0] as Extension);
  expect(await newest.register()).toMatchObject({ status: 200 });
  const path = ({ id }: Extension): string => `/v1.0/extensions/${id}`;
  for (const change of changes)
    await inTurns(extensions, (extension) => system.api.put(path(extension), change));
  await inTurns(extensions, (extension) => system.api.delete(path(extension)));
  expect((await newest.register()).status).toBeGreaterThanOrEqual(401);

  for (const phone of [ada, ...desks]) expect(await phone.register()).toMatchObject({ status: 200 });
  await until(() => ears.every(({ hears }) => hears), { what: 'everybody to be heard still' });
  for (const expectUndisturbed of ears.map((ear) => ear.end())) expectUndisturbed();
  expect([ada.calls.length, desks.flatMap(({ calls }) => calls).length]).toEqual([talks + listeners, talks]);
  for (const call of ada.calls) await call.close();
});

test('do not disturb, call waiting and forwarding hold for the next call, through three phones and no more', async () => {
  const [ada, bob] = [
    await made({ extension: '2011' }),
    await made({ extension: '2012', call_waiting: false }),
  ];
  const [one, two] = [await phoneOf(ada), await phoneOf(bob)];
  for (const phone of [one, two]) expect(await phone.register()).toMatchObject({ status: 200 });
  const caller = await system.caller();
  const change = async ({ id }: Extension, fields: object) =>
    expect(await system.api.put(`/v1.0/extensions/${id}`, fields)).toMatchObject({ status: 200 });
  const dialled = async (number: string) => (await (await caller.call(number)).final).status;

  await change(ada, { dnd: true });
  expect(await dialled('2011')).toBe(486);
  expect(one.incoming).toHaveLength(0);

  await change(ada, { dnd: false, forward: { busy: { type: 'extension', target: '2012' } } });
  one.onInvite(rejecting(486));
  two.onInvite(answering({ tone: 1_200 }));
  const call = await caller.call('2011');
  await talk(call, two, 1_200);
  expect(two.incoming[0]?.invite.headers.get('Diversion')).toContain('sip:2011@');
  expect(await dialled('2012')).toBe(486); // he talks
  await call.bye();

  await change(ada, { forward: { no_answer: { type: 'extension', target: '2012' }, timeout: 1_000 } });
  one.onInvite(ringing);
  const late = await caller.call('2011');
  await talk(late, two, 1_200);
  expect((await one.incoming.at(-1)?.ended)?.how).toBe('CANCEL');
  await late.bye();

  await change(bob, { forward: { always: { type: 'extension', target: '2011' } } });
  await change(ada, { forward: { always: { type: 'extension', target: '2012' } } });
  expect(await dialled('2011')).toBe(480);
  expect(
    await system.api.put(`/v1.0/extensions/${ada.id}`, { forward: { busy: { type: 'tel', target: '+49' } } }),
  ).toMatchObject({ status: 403 });
});
