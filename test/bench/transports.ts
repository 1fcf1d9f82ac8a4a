import { AriConnection, type TransportName } from '../../src/ari/connection.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import type { TestAsterisk } from '../support/asterisk.ts';
import { until } from '../support/until.ts';

const requests = 3_000;
const inFlight = 32;

interface Speed {
  readonly perSecond: number;
  /** Microseconds of our processor for one request. */
  readonly cpu: number;
}

/** Requests a second, and processor time of each, over the three transports: as ratios against `ari-client`. */
export async function benchTransports(asterisk: TestAsterisk): Promise<void> {
  const speeds = new Map<TransportName, Speed>();
  for (const transport of ['ari-client', 'http', 'websocket'] as const) {
    speeds.set(transport, await measure(asterisk, transport));
  }
  const peer = speeds.get('ari-client');
  if (!peer) return;
  for (const [transport, { perSecond, cpu }] of speeds) {
    const ratios = `${(perSecond / peer.perSecond).toFixed(1)}x requests/s, ${(cpu / peer.cpu).toFixed(2)}x CPU of ari-client`;
    console.log(
      `ari ${transport}: ${perSecond.toFixed(0)} requests/s, ${cpu.toFixed(0)} us each (${ratios})`,
    );
  }
}

async function measure(asterisk: TestAsterisk, transport: TransportName): Promise<Speed> {
  const scope = new Scope((error) => console.error(error));
  const connection = new AriConnection({
    url: asterisk.ariUrl,
    user: asterisk.ariUser,
    password: asterisk.ariPassword,
    app: `bench-${transport}`,
    transport,
    log: silentLog,
    onRestored: () => Promise.resolve(),
  });
  connection.start(scope);
  try {
    await until(() => connection.isReady, { what: `${transport} to connect` });
    await pings(connection, 500); // warm
    const cpu = process.cpuUsage();
    const began = performance.now();
    await pings(connection, requests);
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    return { perSecond: requests / seconds, cpu: (user + system) / requests };
  } finally {
    await scope.close();
  }
}

async function pings(connection: AriConnection, count: number): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await connection.ari.ping();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}
