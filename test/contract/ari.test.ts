import { afterAll, beforeAll } from 'vitest';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import { ariContract } from '../support/ari-contract.ts';
import {
  type AriHarness,
  absentPhone,
  type ContractCaller,
  type ContractParty,
  missingSound,
  shortSound,
} from '../support/ari-given.ts';
import { connectTo } from '../support/ari-harness.ts';
import { FakeAri } from '../support/fake-ari.ts';
import { FakeAriServer } from '../support/fake-ari-server.ts';
import type { FakeAsterisk } from '../support/fake-asterisk.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

for (const order of ['before', 'after'] as const)
  ariContract(`the fake, events ${order} the answer`, inProcess(order));
for (const transport of ['websocket', 'http', 'inbound'] as const)
  ariContract(`the fake server by ${transport}`, onServer(transport));

function inProcess(order: 'before' | 'after'): () => AriHarness {
  const events: AriEvent[] = [];
  const fake = new FakeAri({ events: order, soundLength });
  fake.ari.events.onUnowned((event) => events.push(event));
  prepare(fake.asterisk);
  return () => ({ ari: fake.ari, events, ...people(fake.asterisk) });
}

function onServer(transport: 'websocket' | 'http' | 'inbound'): () => AriHarness {
  let harness: AriHarness | undefined;
  let server: FakeAriServer | undefined;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    server = await FakeAriServer.open({ soundLength });
    prepare(server.asterisk);
    const { url, user, password } = server;
    const { app } = server.asterisk;
    const listen = { host: '127.0.0.1', port: await freePort('tcp') };
    if (transport === 'inbound') server.dial({ url: `ws://127.0.0.1:${listen.port}/ari/${app}` });
    const connected = await connectTo({ url, user, password, transport, app, listen });
    harness = { ...connected, ...people(server.asterisk) };
    close = connected.close;
  });
  afterAll(async () => {
    await close?.();
    await server?.close();
  });
  return () => harness!;
}

function soundLength(media: string): number | 'manual' {
  return media === shortSound ? 20 : 'manual';
}

function prepare(asterisk: FakeAsterisk): void {
  asterisk.missingSounds.add(missingSound);
  asterisk.legs.phones.set(absentPhone, 'offline');
}

function people(asterisk: FakeAsterisk): Pick<AriHarness, 'dial' | 'endpoint' | 'called'> {
  return {
    dial: async (number, dial = {}): Promise<ContractCaller> => {
      const channel = asterisk.dial({ number, ...dial });
      return {
        press: async (digits) => asterisk.press(channel, digits),
        hold: async (isOnHold) => asterisk.holdByPhone(channel, isOnHold),
        hangup: async () => asterisk.hangup(channel),
        ended: channel.ended.promise,
      };
    },
    endpoint: (name) => `PJSIP/loopback/sip:${name}@127.0.0.1`,
    called: async (name): Promise<ContractParty> => {
      const party = await until(() =>
        asterisk.legs.parties.find(({ endpoint }) => endpoint.includes(`:${name}@`)),
      );
      return {
        ring: () => party.ring(),
        progress: () => party.progress(),
        answer: () => party.answer(),
        answerMute: () => party.answerMute(),
        refuse: (status) => party.refuse(status),
        hangup: () => party.hangup(),
        ended: party.channel.ended.promise,
      };
    },
  };
}
