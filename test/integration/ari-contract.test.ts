import { afterAll, beforeAll, describe, test } from 'vitest';
import { AriConnection, type TransportName } from '../../src/ari/connection.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { ariContract } from '../support/ari-contract.ts';
import type { AriHarness } from '../support/ari-given.ts';
import { RealAsterisk } from '../support/real-asterisk.ts';
import { until } from '../support/until.ts';

let real: RealAsterisk;

beforeAll(async () => {
  real = await RealAsterisk.open();
});

afterAll(() => real?.[Symbol.asyncDispose]());

// One after the other: an application has one client at a time.
for (const transport of ['websocket', 'http', 'ari-client'] as const)
  describe(transport, () => ariContract(`a real Asterisk by ${transport}`, onAsterisk(transport)));

test('a wrong password is told by every transport, and ends nothing', async () => {
  const { ariUrl: url, ariUser: user, config } = real.asterisk;
  for (const transport of ['websocket', 'http', 'ari-client'] as const) {
    const scope = new Scope(() => undefined);
    const options = { url, user, password: 'wrong', app: config.ari.app, transport, log: silentLog };
    const connection = new AriConnection({ ...options, onRestored: async () => undefined });
    connection.start(scope);
    await until(() => /ARIFLOW_ARI_PASSWORD/.test(connection.problem), { what: () => connection.problem });
    await scope.close();
  }
});

function onAsterisk(transport: TransportName): () => AriHarness {
  let connected: Awaited<ReturnType<RealAsterisk['connect']>>;
  beforeAll(async () => {
    connected = await real.connect(transport);
  });
  afterAll(() => connected?.close());
  return () => connected;
}
