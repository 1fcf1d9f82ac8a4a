import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { Baresip, type BaresipOptions } from '../support/baresip.ts';
import { writeCertificate } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'ariflow-certificate-')));
const [{ cert, key }, other] = folders.map(writeCertificate) as [Certificate, Certificate]; // two are made
type Certificate = ReturnType<typeof writeCertificate>;
type Way = Pick<BaresipOptions, 'transport' | 'encryption' | 'watches' | 'ca' | 'tone'>;
let system: System;
let tlsPort: number;

beforeAll(async () => {
  tlsPort = await freePort('tcp');
  system = await System.start({
    env: {
      ARIFLOW_SIP_TCP: 'true',
      ARIFLOW_SIP_TLS_PORT: String(tlsPort),
      ARIFLOW_SIP_TLS_CERT: cert,
      ARIFLOW_SIP_TLS_KEY: key,
    },
  });
});
afterEach(() => system.quiet([/SSL/]));
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const encryptions = { 'srtp-mand': 'sdes', dtls_srtp: 'dtls', none: 'none' } as const;
const serverOf = ({ transport }: Way): string =>
  `127.0.0.1:${transport === 'tls' ? tlsPort : system.asterisk.sipPort}`;

async function statusOf(id: string): Promise<unknown> {
  return (await system.api.get<{ status: string }>(`/v1.0/extensions/${id}`)).body.status;
}

/** A real phone of an extension that is made for it. */
async function made(user: string, way: Way): Promise<{ id: string; phone: Baresip }> {
  const { transport = 'udp', encryption } = way;
  const fields = { extension: user, transport, encryption: encryptions[encryption ?? 'none'] };
  const { status, body } = await system.api.post<{ id: string; password: string }>(
    '/v1.0/extensions',
    fields,
  );
  expect(status, JSON.stringify(body)).toBe(200);
  const { id, password } = body;
  return { id, phone: await Baresip.open({ ca: cert, ...way, server: serverOf(way), user, password }) };
}

async function registered(user: string, way: Way): Promise<Baresip> {
  const { id, phone } = await made(user, way);
  await eventually(async () => (await statusOf(id)) === 'registered', {
    what: () => `${user} to register: ${phone.output.slice(-500)}`,
  });
  return phone;
}

test.each<[string, string, Way]>([
  ['2041', '1001', { transport: 'udp' }],
  ['2042', '1002', { transport: 'udp', encryption: 'dtls_srtp' }],
  ['2043', '1003', { transport: 'tcp' }],
  ['2044', '1004', { transport: 'tls', encryption: 'srtp-mand' }],
])(
  'baresip is called and calls as an extension that was made a moment ago: %s, %s, %o',
  async (user, number, way) => {
    await using phone = await registered(user, way);
    const desk = await system.desk(number);
    await desk.register();
    const call = await desk.call(user);
    await call.answered;
    call.tone(700);
    await until(() => call.heard.hears(700), { what: 'what it hears to come back' });
    await call.bye();
    desk.onInvite(answering({ tone: 900 }));
    await phone.command('dial', `sip:${number}@${serverOf(way)}`);
    await until(() => desk.incoming[0]?.heard.hears(900), {
      what: 'what it hears on its own call to come back',
    });
    await phone.command('hangup');
    await desk.incoming[0]?.ended;
  },
);

test('baresip holds, goes on, transfers and sees a lamp, over TLS with SRTP', async () => {
  const way: Way = { transport: 'tls', encryption: 'srtp-mand', watches: ['1006'], tone: 700 };
  await using phone = await registered('2045', way);
  const [desk, other] = [await system.desk('1005'), await system.desk('1006')];
  for (const each of [desk, other]) await each.register();
  const lamp = (): string | undefined => [...phone.output.matchAll(/<note>([^<]+)</g)].at(-1)?.[1];
  await until(() => lamp() === 'Ready', { what: 'the lamp' });
  expect(await phone.command('contacts')).toContain('Online');
  const call = await desk.call('2045');
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the call' });
  await phone.command('hold');
  await until(() => call.heard.isReceiving() && !call.heard.hears(700), { what: 'the hold' });
  await phone.command('resume');
  await until(() => call.heard.hears(700), { what: 'the end of the hold' });
  other.onInvite(answering({ tone: 1_500 }));
  await phone.command('transfer', `sip:1006@${serverOf(way)}`);
  await until(() => call.heard.hears(1_500) && other.incoming[0]?.heard.hears(700), {
    what: () => `the transfer: ${phone.output.slice(-500)}`,
  });
  await until(() => lamp() === 'On the phone', { what: 'the lamp of who is on a call' });
  await call.bye();
  await until(() => lamp() === 'Ready', { what: 'the lamp to go out' });
});

test('a certificate that it does not trust is refused by the phone, which says so', async () => {
  const { id, phone } = await made('2046', { transport: 'tls', encryption: 'srtp-mand', ca: other.cert });
  await using _ = phone;
  for (const said of ['self-signed certificate', 'REGISTER_FAIL'])
    await until(() => phone.output.includes(said), { what: said });
  expect(await statusOf(id)).toBe('unregistered');
});
