import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { writeCertificate } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { Phone, type PhoneOptions } from '../support/phone.ts';
import { SipHeaders } from '../support/sip-headers.ts';
import type { SipTransport } from '../support/sip-line.ts';
import { addressOf } from '../support/sip-uri.ts';
import { ofChangedEndpoint, System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'ariflow-certificate-'));
const { cert, key, pem } = writeCertificate(folder);
/** Whom phones trust. */
let ca = pem;
let system: System;
let tlsPort: number;
let wssPort: number;
const phones: Phone[] = [];

beforeAll(async () => {
  [tlsPort, wssPort] = [await freePort('tcp'), await freePort('tcp')];
  system = await System.start({
    env: {
      ARIFLOW_SIP_TCP: 'true',
      ARIFLOW_SIP_TLS_PORT: String(tlsPort),
      ARIFLOW_SIP_TLS_CERT: cert,
      ARIFLOW_SIP_TLS_KEY: key,
      ARIFLOW_SIP_WS: 'true',
      ARIFLOW_SIP_WSS_PORT: String(wssPort),
      // Who is known by the address that all of this machine have.
      ARIFLOW_TRUNK_URI: 'sip:127.0.0.1:9',
    },
  });
});
afterEach(() =>
  system.quiet([
    /(failed|authenticate)/i,
    ofChangedEndpoint,
    /SRTP|SSL|Couldn't negotiate stream|AOR '' not found|web ?socket/i,
  ]),
);
afterAll(async () => {
  for (const phone of phones) await phone.close();
  await system[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function serverOf(transport: SipTransport = 'udp'): string {
  const { ariUrl, sipPort } = system.asterisk;
  const ports = { udp: sipPort, tcp: sipPort, tls: tlsPort, ws: new URL(ariUrl).port, wss: wssPort };
  return `127.0.0.1:${ports[transport]}`;
}

/** A registered phone of an extension that is made for it. */
async function made(fields: { extension: string; transport: string }, options: PhoneOptions): Promise<Phone> {
  const { status, body } = await system.api.post<{ password: string }>('/v1.0/extensions', fields);
  expect(status, JSON.stringify(body)).toBe(200);
  const account = { user: fields.extension, password: body.password };
  const phone = await Phone.open({ server: serverOf(options.transport), ...account, ...options });
  phones.push(phone);
  expect(await phone.register()).toMatchObject({ status: 200 });
  return phone;
}

test('phones on TCP, and on TLS with SRTP, call each other, also while the certificate is renewed', async () => {
  const tcp = await made({ extension: '2021', transport: 'tcp' }, { transport: 'tcp' });
  const tls = await made(
    { extension: '2022', transport: 'tls' },
    { transport: 'tls', ca, isEncrypted: true },
  );
  tls.onInvite(answering({ tone: 1_200 }));
  tcp.onInvite(answering({ tone: 900 }));
  const call = await tcp.call('2022');
  await call.answered;
  call.tone(700);
  const both = () => call.heard.hears(1_200) && tls.incoming[0]?.heard.hears(700);
  await until(both, { what: 'both to be heard' });
  expect(tls.incoming[0]?.invite.body).toMatch(/RTP\/SAVP [\s\S]*a=crypto:/);

  ca = writeCertificate(folder).pem;
  for (const transport of ['tls', 'wss'] as const)
    await eventually(
      () =>
        Phone.open({ server: serverOf(transport), transport, ca }).then(
          (phone) => phones.push(phone),
          () => false,
        ),
      { what: `the new certificate over ${transport}` },
    );
  const from = call.heard.endedAt ?? 0;
  await until(() => (call.heard.endedAt ?? 0) > from + 300 && both(), { what: 'both to go on' });
  await call.bye();
  const back = await tls.call('2021');
  await back.answered;
  await until(() => back.heard.hears(900), { what: 'the phone on TCP' });
  await back.bye();
});

test('without SRTP there is no call to or from a phone that is to have it', async () => {
  const plain = await made({ extension: '2023', transport: 'tls' }, { transport: 'tls', ca });
  plain.onInvite(answering({ tone: 1_200 }));
  const out = await plain.call('100');
  expect((await out.final).status).toBe(488);
  const caller = await system.desk('1001');
  expect((await (await caller.call('2023')).final).status).toBe(488);
  const web = await made({ extension: '2033', transport: 'ws' }, { transport: 'ws' });
  expect((await (await web.call('100')).final).status).toBe(488);
  const withKey = await made(
    { extension: '2034', transport: 'wss' },
    { transport: 'wss', ca, isEncrypted: true },
  );
  expect((await (await withKey.call('100')).final).status).toBe(488);
});

const certificate = { cert, key };

test('a phone in a browser calls and is called over WebSocket, with keys by DTLS on a way that ICE finds', async () => {
  const secure = await made({ extension: '2032', transport: 'wss' }, { transport: 'wss', certificate, ca });
  const plain = await made({ extension: '2031', transport: 'ws' }, { transport: 'ws', certificate, ca });
  secure.onInvite(answering({ tone: 1_200 }));
  const call = await plain.call('2032');
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(1_200) && secure.incoming[0]?.heard.hears(700), {
    what: 'both to be heard',
  });
  expect(secure.incoming[0]?.invite.body).toMatch(/UDP\/TLS\/RTP\/SAVPF [\s\S]*a=fingerprint:SHA-256 /);
  await call.hold();
  await until(() => secure.incoming[0]?.heard.hears(700) === false, { what: 'the hold' });
  await call.unhold();
  await until(() => call.heard.hears(1_200) && secure.incoming[0]?.heard.hears(700), {
    what: 'both to go on',
  });
  const called = secure.incoming[0];
  await called?.hold();
  await until(() => !call.heard.hears(1_200), { what: 'the hold of whoever is called' });
  await called?.unhold();
  await until(() => call.heard.hears(1_200), { what: 'who is called to go on' });
  await call.digits('12#');
  await until(() => secure.incoming[0]?.heard.digits.map(({ digit }) => digit).join('') === '12#');
  await call.bye();

  const desk = await system.desk('1001');
  plain.onInvite(answering({ tone: 900 }));
  const back = await desk.call('2031');
  await back.answered;
  back.tone(1_500);
  await until(() => back.heard.hears(900) && plain.incoming[0]?.heard.hears(1_500), {
    what: 'the phone on UDP and the browser',
  });
  await back.bye();
  for (const phone of [secure, plain, desk]) expect(phone.complaints).toEqual([]);
});

test('a phone in a browser whose connection breaks is called no more, its call can be ended, and it comes back by another one', async () => {
  const { body } = await system.api.post<{ id: string; password: string }>('/v1.0/extensions', {
    ...{ extension: '2035', transport: 'wss' },
  });
  const account = { user: '2035', password: body.password, server: serverOf('wss') };
  const open = async (): Promise<Phone> => {
    const phone = await Phone.open({ ...account, transport: 'wss', certificate, ca });
    phones.push(phone);
    expect(await phone.register()).toMatchObject({ status: 200 });
    phone.onInvite(answering({ tone: 1_200 }));
    return phone;
  };
  const isSo = (wanted: object) =>
    eventually(
      async () => {
        const { body: shown } = await system.api.get<Record<string, unknown>>(`/v1.0/extensions/${body.id}`);
        return Object.entries(wanted).every(([name, value]) => shown[name] === value);
      },
      { what: JSON.stringify(wanted) },
    );
  const first = await open();
  const desk = await system.desk('1001');
  const call = await desk.call('2035');
  await call.answered;
  await until(() => call.heard.hears(1_200), { what: 'the phone' });
  first.cut();
  await isSo({ status: 'unregistered', calls: 1 });
  expect((await (await desk.call('2035')).final).status).toBe(480);
  await call.bye();
  await isSo({ calls: 0 });
  await open();
  const again = await desk.call('2035');
  await again.answered;
  await until(() => again.heard.hears(1_200), { what: 'the phone that came back' });
  await again.bye();
});

test('over WebSocket nobody is known by his address, with or without TLS: no call, message or subscription without a password', async () => {
  await system.flowOn('300', [{ type: 'answer' }, { type: 'echo', option: { duration: 60_000 } }]);
  // Over UDP whoever is on this machine is the trunk, and may call.
  const local = await system.caller('anybody');
  const known = await local.call('300');
  await known.answered;
  await known.bye();
  for (const transport of ['ws', 'wss'] as const)
    for (const user of ['anybody', 'trunk', 'loopback', 'websocket', 'nobody', 'direct', '2031']) {
      await using phone = await Phone.open({ server: serverOf(transport), transport, user, certificate, ca });
      expect((await (await phone.call('300')).final).status, `INVITE of ${user}`).toBe(401);
      expect((await phone.register()).status, `REGISTER of ${user}`).toBe(401);
      expect((await phone.watch('1001')).status, `SUBSCRIBE of ${user}`).toBe(401);
      expect((await phone.message('300', 'Hi')).status, `MESSAGE of ${user}`).toBe(401);
    }
});

test('nor by what he leaves out of his Contact, or says of his transport', async () => {
  const stranger = await Phone.open({ server: serverOf('ws'), transport: 'ws', certificate, ca });
  phones.push(stranger);
  const contact = '<sip:a@127.0.0.1:9>';
  const calls = system.sink.requests.filter(({ type }) => type === 'call_created').length;
  const hidden: readonly [string, Record<string, string>][] = [
    ['INVITE', { Contact: '<tel:+4930123456>' }],
    ['INVITE', { Contact: `<tel:+4930123456>, ${contact}` }],
    ['INVITE', { Contact: '*' }],
    ['INVITE', { Contact: '<sips:a@127.0.0.1:9;transport=udp>' }],
    ['INVITE', { m: contact }],
    ['INVITE', { CONTACT: contact, Via: `SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-${randomUUID()}` }],
    ['INVITE', {}],
    ['SUBSCRIBE', { Event: 'dialog' }],
    ['REFER', { 'Refer-To': '<sip:300@127.0.0.1>' }],
  ];
  for (const [method, headers] of hidden) {
    const { status } = await ask(stranger, method, headers);
    expect(status, `${method} with ${JSON.stringify(headers)}`).toBeGreaterThanOrEqual(400);
  }
  expect(system.sink.requests.filter(({ type }) => type === 'call_created')).toHaveLength(calls);
  // Asterisk takes such a text before it is looked at (202); it goes no further than one of somebody who may write.
  await ask(stranger, 'MESSAGE', { 'Content-Type': 'text/plain' }, 'hidden');
  const local = await system.caller('anybody');
  expect((await local.message('300', 'open')).status).toBe(202);
  const told = await system.sink.waitFor(({ type }) => type === 'message_created');
  expect(told.data.text).toBe('open');
  const { body } = await system.api.get<{ result: { text: string }[] }>('/v1.0/messages');
  expect(body.result.map(({ text }) => text)).toEqual(['open']);
});

/** Asks for 300 with these headers, and no others that say who or from where. */
async function ask(phone: Phone, method: string, more: Record<string, string>, body = '') {
  const headers = SipHeaders.of({
    Via: `SIP/2.0/WS 127.0.0.1:9;branch=z9hG4bK-${randomUUID()}`,
    'Max-Forwards': '70',
    From: '<sip:anybody@127.0.0.1>;tag=1',
    To: '<sip:300@127.0.0.1>',
    'Call-ID': randomUUID(),
    CSeq: `1 ${method}`,
    ...more,
  });
  const request = { kind: 'request', method, uri: 'sip:300@127.0.0.1', headers, body } as const;
  return await phone.client.start(request, addressOf(`sip:${serverOf('ws')}`));
}
