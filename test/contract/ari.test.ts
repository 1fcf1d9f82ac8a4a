import { afterAll, beforeAll } from 'vitest';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import { ariContract } from '../support/ari-contract.ts';
import { type AriHarness, type ContractCaller, missingSound, shortSound } from '../support/ari-given.ts';
import { connectTo } from '../support/ari-harness.ts';
import { FakeAri } from '../support/fake-ari.ts';
import { FakeAriServer } from '../support/fake-ari-server.ts';
import type { FakeAsterisk } from '../support/fake-asterisk.ts';

for (const order of ['before', 'after'] as const)
  ariContract(`the fake, events ${order} the answer`, inProcess(order));
for (const transport of ['websocket', 'http'] as const)
  ariContract(`the fake server by ${transport}`, onServer(transport));

function inProcess(order: 'before' | 'after'): () => AriHarness {
  const events: AriEvent[] = [];
  const fake = new FakeAri({ events: order, soundLength, onEvent: (event) => events.push(event) });
  fake.asterisk.missingSounds.add(missingSound);
  return () => ({ ari: fake.ari, events, dial: dialer(fake.asterisk) });
}

function onServer(transport: 'websocket' | 'http'): () => AriHarness {
  let harness: AriHarness | undefined;
  let server: FakeAriServer | undefined;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    server = await FakeAriServer.open({ soundLength });
    server.asterisk.missingSounds.add(missingSound);
    const { url, user, password } = server;
    const connected = await connectTo({ url, user, password, transport, app: server.asterisk.app });
    harness = { ...connected, dial: dialer(server.asterisk) };
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

function dialer(asterisk: FakeAsterisk): AriHarness['dial'] {
  return async (number, dial = {}): Promise<ContractCaller> => {
    const channel = asterisk.dial({ number, ...dial });
    return {
      press: async (digits) => asterisk.press(channel, digits),
      hangup: async () => asterisk.hangup(channel),
      ended: channel.ended.promise,
    };
  };
}
