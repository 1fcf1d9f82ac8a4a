import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering, rejecting } from '../support/answering.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import { Phone } from '../support/phone.ts';
import { registrarOf } from '../support/registrar.ts';
import { ofChangedEndpoint, System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

interface Trunk {
  readonly id: string;
  readonly status: string;
  readonly calls: number;
}

let system: System;
let first: Phone;
let second: Phone;
const trunks: Trunk[] = [];

beforeAll(async () => {
  [first, second] = [await Phone.open({ user: 'first' }), await Phone.open({ user: 'second' })];
  // With WebSocket nobody is known by the address of this machine, but for a trunk.
  system = await System.start({ env: { ARIFLOW_OUTBOUND_ALLOW: '+', ARIFLOW_SIP_WS: 'true' } });
});
// What Asterisk says of a wrong password, and of a provider that says no.
afterEach(async () => {
  for (const { id } of trunks.splice(0)) await system.api.delete(`/v1.0/trunks/${id}`);
  await system.quiet([ofChangedEndpoint, /res_pjsip_outbound_registration/, /trunk_failed/, /web ?socket/i]);
});
afterAll(async () => {
  for (const provider of [first, second]) await provider.close();
  await system[Symbol.asyncDispose]();
});

const at = ({ address }: Phone): string => `sip:127.0.0.1:${address.port}`;

async function made(fields: object): Promise<Trunk> {
  const { status, body } = await system.api.post<Trunk>('/v1.0/trunks', fields);
  expect(status, JSON.stringify(body)).toBe(200);
  trunks.push(body);
  return body;
}

const call = async (target: string) =>
  system.api.post<{ calls: { id: string }[] }>('/v1.0/calls', {
    source: { type: 'tel', target: '+15550100' },
    destinations: [{ type: 'tel', target }],
    actions: [{ type: 'echo', option: { duration: 60_000 } }],
  });

const shown = async (id: string) =>
  (await system.api.get<{ trunk_id: string; status: string }>(`/v1.0/calls/${id}`)).body;

const statusOf = async ({ id }: Trunk): Promise<string> =>
  (await system.api.get<Trunk>(`/v1.0/trunks/${id}`)).body.status;

test('a trunk made a moment ago registers, and calls that come to it are its; a wrong password is seen', async () => {
  const registrar = registrarOf(first, { user: 'us', password: 'their-secret' });
  const account = { name: 'one', uri: at(first), username: 'us', register: true, channels: 5 };
  const trunk = await made({ ...account, password: 'wrong-secret' });
  await eventually(async () => (await statusOf(trunk)) === 'rejected', { what: 'to be refused' });
  expect(registrar.contacts).toEqual([]);
  await system.api.put(`/v1.0/trunks/${trunk.id}`, { password: 'their-secret' });
  await eventually(async () => (await statusOf(trunk)) === 'registered', { what: 'to be registered' });

  await system.flowOn('us', [{ type: 'echo', option: { duration: 60_000 } }]);
  const call = await first.call(registrar.contacts.at(-1) ?? '', { from: '+4930123' });
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the echo' });
  expect(await shown(await system.callTo('us'))).toMatchObject({ trunk_id: trunk.id });
  await system.api.put(`/v1.0/trunks/${trunk.id}`, { codecs: ['alaw'], channels: 1 });
  expect((await system.api.delete(`/v1.0/trunks/${trunk.id}`)).status).toBe(200);
  const from = call.heard.endedAt ?? 0;
  await until(() => (call.heard.endedAt ?? 0) > from + 300 && call.heard.hears(700), { what: 'the echo' });
  await call.bye();
  await until(() => registrar.contacts.length === 0, { what: 'the registration to be taken back' });
});

test('whoever calls from an address of a trunk is that trunk, and nobody once it is deleted', async () => {
  await system.flowOn('by-address', [{ type: 'echo', option: { duration: 60_000 } }]);
  const stranger = await system.caller('stranger');
  const isRefused = async () =>
    expect((await stranger.call('by-address')).answered).rejects.toMatchObject({ status: 401 });
  await isRefused();
  const trunk = await made({ name: 'north', uri: at(first), allowed_ips: ['127.0.0.0/30'] });
  const call = await stranger.call('by-address');
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the echo' });
  expect(await shown(await system.callTo('by-address'))).toMatchObject({ trunk_id: trunk.id });
  expect((await system.api.get<Trunk>(`/v1.0/trunks/${trunk.id}`)).body.calls).toBe(1);
  await system.api.delete(`/v1.0/trunks/${trunk.id}`);
  const from = call.heard.endedAt ?? 0;
  await until(() => (call.heard.endedAt ?? 0) > from + 300 && call.heard.hears(700), { what: 'the echo' });
  await call.bye();
  await isRefused();
});

test('a number goes to the trunk of its longest prefix, as that wants it; where it says 503 the next one is heard', async () => {
  first.onInvite(rejecting(503));
  second.onInvite(answering({ tone: 1_200 }));
  const prefixes = [{ prefix: '+49', strip: 3, prepend: '0' }];
  await made({ name: 'north', uri: at(first), prefixes, order: 500, caller_id: '+49891' });
  const south = await made({ name: 'south', uri: at(second), caller_id: '+49892' });
  await system.flowOn('800', [
    { type: 'connect', option: { destinations: [{ type: 'tel', target: '+4930123' }] } },
  ]);
  const desk = await system.desk('1001');
  await desk.register();
  const caller = await desk.call('800');
  await caller.answered;
  caller.tone(700);
  const both = () => caller.heard.hears(1_200) && second.incoming.at(-1)?.heard.hears(700) === true;
  await until(both, { what: 'both to be heard' });
  expect([first.incoming.at(-1)?.called, second.incoming.at(-1)?.called]).toEqual(['030123', '+4930123']);
  expect([first.incoming.at(-1)?.from.user, second.incoming.at(-1)?.from.user]).toEqual(['+49891', '+49892']);
  expect(await shown(await system.callTo('+4930123'))).toMatchObject({ trunk_id: south.id });

  await system.api.put(`/v1.0/trunks/${south.id}`, { uri: at(first), transport: 'udp', codecs: ['alaw'] });
  await system.api.delete(`/v1.0/trunks/${south.id}`);
  const from = caller.heard.endedAt ?? 0;
  await until(() => (caller.heard.endedAt ?? 0) > from + 300 && both(), { what: 'both to go on' });
  await caller.bye();
});

test('a phone that is forwarded to a telephone is heard by the next trunk where the first one says 503', async () => {
  first.onInvite(rejecting(503));
  second.onInvite(answering({ tone: 1_200 }));
  await made({ name: 'one', uri: at(first), prefixes: [{ prefix: '+49', strip: 0, prepend: '' }] });
  await made({ name: 'two', uri: at(second) });
  const forward = { always: { type: 'tel', target: '+4930456' } };
  const away = await system.api.post<{ id: string }>('/v1.0/extensions', { extension: '2055', forward });
  expect(away.status, JSON.stringify(away.body)).toBe(200);
  await system.flowOn('801', [
    { type: 'connect', option: { destinations: [{ type: 'extension', target: '2055' }] } },
  ]);
  const caller = await (await system.caller('+15550123')).call('801');
  await caller.answered;
  await until(() => caller.heard.hears(1_200), { what: 'the second trunk' });
  const [refused, taken] = [first.incoming.at(-1), second.incoming.at(-1)];
  expect([refused?.called, taken?.called]).toEqual(['+4930456', '+4930456']);
  expect(taken?.invite.headers.get('Diversion')).toMatch(/^<sip:2055@.*>;reason=unconditional$/);
  await caller.bye();
  await system.api.delete(`/v1.0/extensions/${away.body.id}`);
});

test('a trunk has so many calls at once, those that come in included; 486 goes no further', async () => {
  first.onInvite(answering());
  second.onInvite(rejecting(486));
  const north = await made({ name: 'north', uri: at(first), channels: 1, order: 1 });
  const south = await made({ name: 'south', uri: at(second), channels: 1, order: 2 });
  const one = (await call('+4930')).body.calls[0]?.id ?? '';
  await until(async () => (await shown(one)).status === 'progressing', { what: 'the first call' });
  const two = (await call('+4930')).body.calls[0]?.id ?? '';
  await system.history(two);
  expect(await shown(two)).toMatchObject({ trunk_id: south.id, status: 'hangup', sip_code: 486 });
  expect((await system.api.get<Trunk>(`/v1.0/trunks/${north.id}`)).body.calls).toBe(1);
  second.onInvite(() => undefined);
  const three = (await call('+4930')).body.calls[0]?.id ?? '';
  const full = await call('+4930');
  expect(full).toMatchObject({ status: 429, body: { error: { details: [{ path: 'destinations' }] } } });
  for (const id of [one, three]) await system.api.post(`/v1.0/calls/${id}/hangup`, {});
});

test('a call that a trunk had when the daemon was killed goes on to the next one', async () => {
  const rung: IncomingCall[] = [];
  first.onInvite((leg) => {
    leg.ring();
    rung.push(leg);
  });
  second.onInvite(answering({ tone: 1_200 }));
  const north = await made({ name: 'north', uri: at(first), order: 1 });
  const south = await made({ name: 'south', uri: at(second), order: 2 });
  const calls = () =>
    Promise.all(
      [north, south].map(
        async (trunk) => (await system.api.get<Trunk>(`/v1.0/trunks/${trunk.id}`)).body.calls,
      ),
    );
  const id = (await call('+4930')).body.calls[0]?.id ?? '';
  await until(async () => (await shown(id)).status === 'ringing', { what: 'the first trunk' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  await eventually(async () => (await fetch(`${system.daemon.url}/readyz`)).status === 200, {
    what: 'readiness',
  });
  expect(await calls()).toEqual([1, 0]);
  rung[0]?.reject(503);
  await until(async () => (await shown(id)).status === 'progressing', { what: 'the second trunk' });
  expect(await shown(id)).toMatchObject({ trunk_id: south.id });
  expect(await calls()).toEqual([0, 1]);
  await system.api.post(`/v1.0/calls/${id}/hangup`, {});
});

test('a trunk that says nothing at all is left after some seconds', async () => {
  await using silent = await Phone.open({ user: 'silent' });
  const uri = at(silent);
  await silent.close();
  second.onInvite(answering());
  await made({ name: 'north', uri, order: 1 });
  const south = await made({ name: 'south', uri: at(second), order: 2 });
  const id = (await call('+4930')).body.calls[0]?.id ?? '';
  await until(async () => (await shown(id)).status === 'progressing', { what: 'the second trunk' });
  expect(await shown(id)).toMatchObject({ trunk_id: south.id });
  await system.api.post(`/v1.0/calls/${id}/hangup`, {});
});
