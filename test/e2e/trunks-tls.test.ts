import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../src/commands/program.ts';
import { answering } from '../support/answering.ts';
import { writeCertificate } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { Phone, type PhoneOptions } from '../support/phone.ts';
import { registrarOf } from '../support/registrar.ts';
import { ofChangedEndpoint, System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

interface Trunk {
  readonly id: string;
  readonly status: string;
  readonly encryption: string;
}

const folders = ['ours', 'theirs'].map((name) => mkdtempSync(join(tmpdir(), `ariflow-${name}-`)));
const [ours = '', theirs = ''] = folders;
const certificate = writeCertificate(ours);
const shows = writeCertificate(theirs);
const account = { user: 'us', password: 'their-secret' };
let system: System;
const providers: Phone[] = [];
const trunks: string[] = [];

beforeAll(async () => {
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '+',
      ARIFLOW_SIP_TLS_PORT: String(await freePort('tcp')),
      ARIFLOW_SIP_TLS_CERT: certificate.cert,
      ARIFLOW_SIP_TLS_KEY: certificate.key,
      ARIFLOW_SIP_TLS_CA: shows.cert,
    },
  });
});
afterEach(async () => {
  for (const id of trunks.splice(0)) await system.api.delete(`/v1.0/trunks/${id}`);
  // What is said of streams without SRTP, and of a certificate that is not trusted.
  await system.quiet([
    ofChangedEndpoint,
    /Couldn't negotiate stream|certificate is untrusted|SSL|trunk_failed|outbound_registration/,
  ]);
  for (const provider of providers.splice(0)) await provider.close();
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

async function opened(options: PhoneOptions = {}): Promise<Phone> {
  const provider = await Phone.open({ user: 'provider', shows, isEncrypted: true, ...options });
  providers.push(provider);
  return provider;
}

async function made({ address }: Phone, fields: object): Promise<Trunk> {
  const uri = `sip:127.0.0.1:${address.port}`;
  const { status, body } = await system.api.post<Trunk>('/v1.0/trunks', {
    name: 'tls',
    uri,
    transport: 'tls',
    ...fields,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  trunks.push(body.id);
  return body;
}

const statusOf = async ({ id }: Trunk): Promise<string> =>
  (await system.api.get<Trunk>(`/v1.0/trunks/${id}`)).body.status;

const call = async (target: string): Promise<string> => {
  const { status, body } = await system.api.post<{ calls: { id: string }[] }>('/v1.0/calls', {
    source: { type: 'tel', target: '+15550100' },
    destinations: [{ type: 'tel', target }],
    actions: [{ type: 'echo', option: { duration: 60_000 } }],
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.calls[0]?.id ?? '';
};

const shown = async (id: string) =>
  (await system.api.get<{ trunk_id: string; status: string }>(`/v1.0/calls/${id}`)).body;

test('a trunk on TLS registers, and its calls are heard both ways with SRTP, out and in', async () => {
  const provider = await opened();
  const registrar = registrarOf(provider, account);
  const trunk = await made(provider, { username: 'us', password: account.password, register: true });
  expect(trunk.encryption).toBe('sdes');
  await eventually(async () => (await statusOf(trunk)) === 'registered', { what: 'the registration' });

  provider.onInvite(answering({ tone: 1_200 }));
  await system.flowOn('800', [
    { type: 'connect', option: { destinations: [{ type: 'tel', target: '+4930123' }] } },
  ]);
  const desk = await system.caller('+15550123');
  const out = await desk.call('800');
  await out.answered;
  out.tone(700);
  const both = () => out.heard.hears(1_200) && provider.incoming.at(-1)?.heard.hears(700) === true;
  await until(both, { what: 'both to be heard' });
  expect(provider.incoming.at(-1)?.invite.body).toMatch(/RTP\/SAVP [\s\S]*a=crypto:/);
  const leg = await system.callTo('+4930123');
  const isHeld = () => provider.incoming.at(-1)?.media.isHeld === true;
  await system.api.post(`/v1.0/calls/${leg}/hold`, {});
  await until(isHeld, { what: 'the hold' });
  await system.api.delete(`/v1.0/calls/${leg}/hold`);
  await until(() => !isHeld(), { what: 'the end of the hold' });
  await system.api.put(`/v1.0/trunks/${trunk.id}`, { codecs: ['alaw'] });
  const from = out.heard.endedAt ?? 0;
  await until(() => (out.heard.endedAt ?? 0) > from + 500 && both(), { what: 'both to go on' });
  await out.bye();

  await system.flowOn('us', [{ type: 'echo', option: { duration: 60_000 } }]);
  const contact = registrar.contacts.at(-1) ?? '';
  const back = await provider.call(contact, { from: '+4930123' });
  await back.answered;
  back.tone(900);
  await until(() => back.heard.hears(900), { what: 'the echo' });
  const id = await system.callTo('us');
  expect((await system.api.get(`/v1.0/calls/${id}`)).body).toMatchObject({ trunk_id: trunk.id });
  await back.bye();
  expect(provider.complaints).toEqual([]);
});

test('a provider without SRTP is called by no trunk that is to have it, nor calls by it', async () => {
  const provider = await opened({ isEncrypted: false });
  const registrar = registrarOf(provider, account);
  provider.onInvite(answering({ tone: 1_200 }));
  const trunk = await made(provider, { username: 'us', password: account.password, register: true });
  await eventually(async () => (await statusOf(trunk)) === 'registered', { what: 'the registration' });
  const id = await call('+4930123');
  await system.history(id);
  expect((await system.api.get(`/v1.0/calls/${id}`)).body).toMatchObject({ status: 'hangup', sip_code: 488 });
  const back = await provider.call(registrar.contacts.at(-1) ?? '', { from: '+4930123' });
  expect((await back.final).status).toBe(488);
});

const doctor = async (): Promise<string> => {
  const said: string[] = [];
  const output = { out: (line: string) => void said.push(line), err: (line: string) => void said.push(line) };
  await runCommand(['doctor'], {
    env: { ...system.env, ARIFLOW_API_PORT: new URL(system.daemon.url).port },
    output,
  });
  return said.filter((line) => line.includes('trunk ')).join('\n');
};

test('a provider that answers without SRTP is not heard: the call ends', async () => {
  const provider = await opened();
  const isOver = Promise.withResolvers<void>();
  provider.onInvite(async (leg) => {
    const sdp = leg.media.answer(leg.invite.body) ?? '';
    const plain = sdp.replace('RTP/SAVP', 'RTP/AVP').replace(/a=crypto:.*\r\n/, '');
    await leg.answer({ sdp: plain });
    await leg.ended;
    isOver.resolve();
  });
  const trunk = await made(provider, {});
  const id = await call('+4930123');
  await isOver.promise;
  await system.history(id);
  const ended = (await system.api.get<{ status: string; trunk_id: string }>(`/v1.0/calls/${id}`)).body;
  expect(ended).toMatchObject({ status: 'hangup', hangup_reason: 'failed', trunk_id: trunk.id });
  expect(provider.incoming.at(-1)?.heard.endedAt ?? 0).toBe(0);
});

test('whoever stands in for a trunk with another certificate is not spoken to, and that is seen', async () => {
  const impostor = await opened({ shows: certificate });
  registrarOf(impostor, account);
  const provider = await opened();
  registrarOf(provider, account);
  for (const each of [impostor, provider]) each.onInvite(answering({ tone: 1_200 }));
  const secret = { username: 'us', password: account.password, register: true };
  const north = await made(impostor, { ...secret, name: 'north', order: 1 });
  const south = await made(provider, { ...secret, name: 'south', order: 2 });
  await eventually(async () => (await statusOf(south)) === 'registered', { what: 'the registration' });
  await eventually(async () => (await statusOf(north)) === 'rejected', { what: 'nobody to be there' });
  const said = await doctor();
  expect(said).toMatch(/^PROBLEM +trunk north .*certificate is not trusted \(.*self signed/m);
  expect(said.match(/trunk north/g)).toHaveLength(1);
  expect(said).toMatch(/ok +trunk south .*certificate is trusted/);
  const id = await call('+4930123');
  await until(async () => (await shown(id)).status === 'progressing', { what: 'the other trunk' });
  expect(await shown(id)).toMatchObject({ trunk_id: south.id });
  expect(impostor.incoming).toEqual([]);
  await system.api.post(`/v1.0/calls/${id}/hangup`, {});
});
