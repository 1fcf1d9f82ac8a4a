import { afterAll, beforeAll, describe, test } from 'vitest';
import { AriConnection } from '../../src/ari/connection.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { mute } from '../support/answering.ts';
import { ariContract } from '../support/ari-contract.ts';
import {
  type AriHarness,
  type ContractCaller,
  type ContractParty,
  registeredPhone,
} from '../support/ari-given.ts';
import { connectTo } from '../support/ari-harness.ts';
import { startTestAsterisk, type TestAsterisk } from '../support/asterisk.ts';
import type { Dialog } from '../support/dialog.ts';
import type { CallerEnd } from '../support/fake-channel.ts';
import { Phone } from '../support/phone.ts';
import { until } from '../support/until.ts';

let asterisk: TestAsterisk;
let phone: Phone;
let registered: Phone;

beforeAll(async () => {
  asterisk = await startTestAsterisk();
  phone = await Phone.open({ server: `127.0.0.1:${asterisk.sipPort}`, user: 'caller' });
  phone.onInvite(mute);
  registered = await Phone.open({
    server: `127.0.0.1:${asterisk.sipPort}`,
    user: registeredPhone,
    password: asterisk.secrets.phones[registeredPhone] ?? '',
  });
  await registered.register();
});

afterAll(async () => {
  await phone?.close();
  await registered?.close();
  await asterisk?.stop();
});

// One after the other: an application has one client at a time.
for (const transport of ['websocket', 'http', 'ari-client'] as const)
  describe(transport, () => ariContract(`a real Asterisk by ${transport}`, onAsterisk(transport)));

test('a wrong password is told by every transport, and ends nothing', async () => {
  const { ariUrl: url, ariUser: user, config } = asterisk;
  for (const transport of ['websocket', 'http', 'ari-client'] as const) {
    const scope = new Scope(() => undefined);
    const options = { url, user, password: 'wrong', app: config.ari.app, transport, log: silentLog };
    const connection = new AriConnection({ ...options, onRestored: async () => undefined });
    connection.start(scope);
    await until(() => /ARIFLOW_ARI_PASSWORD/.test(connection.problem), { what: () => connection.problem });
    await scope.close();
  }
});

function onAsterisk(transport: 'websocket' | 'http' | 'ari-client'): () => AriHarness {
  let connected: Awaited<ReturnType<typeof connectTo>>;
  beforeAll(async () => {
    const { ariUrl: url, ariUser: user, ariPassword: password, config } = asterisk;
    connected = await connectTo({ url, user, password, transport, app: config.ari.app });
  });
  afterAll(() => connected?.close());
  return () => ({ ...connected, dial, endpoint, called });
}

async function dial(
  number: string,
  options: { headers?: Record<string, string> } = {},
): Promise<ContractCaller> {
  const call = await phone.call(number, options);
  return {
    press: (digits) => call.digits(digits),
    hold: (isOnHold) => (isOnHold ? call.hold() : call.unhold()),
    hangup: () => call.close(),
    ended: endOf(call),
  };
}

function endpoint(name: string): string {
  return `PJSIP/loopback/sip:${name}@127.0.0.1:${phone.address.port}`;
}

const encrypted =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n';

async function called(name: string): Promise<ContractParty> {
  const call = await until(() => phone.incoming.find((incoming) => incoming.called === name));
  return {
    ring: () => call.ring(),
    progress: () => call.progress(),
    answer: () => call.answer(),
    answerMute: () => call.answer({ sdp: encrypted }),
    refuse: (status) => call.reject(status),
    hangup: () => call.bye(),
    ended: endOf(call),
  };
}

async function endOf(call: Dialog): Promise<CallerEnd> {
  const { by, status, reason } = await call.ended;
  const cause = /cause=(\d+)/.exec(reason ?? '')?.[1];
  return { by, status, cause: cause === undefined ? undefined : Number(cause) };
}
