import type { Ari } from '../../src/ari/ari.ts';
import { AriConnection, type TransportName } from '../../src/ari/connection.ts';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { until } from './until.ts';

interface Where {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly app: string;
  readonly transport: TransportName;
  /** For `inbound`. */
  readonly listen?: { readonly host: string; readonly port: number };
}

/** Connects as the daemon does and collects the events. */
export async function connectTo(
  where: Where,
): Promise<{ ari: Ari; events: AriEvent[]; close: () => Promise<void> }> {
  const events: AriEvent[] = [];
  const scope = new Scope((error) => {
    throw error;
  });
  const connection = new AriConnection({
    ...where,
    log: silentLog,
    onRestored: async () => undefined,
  });
  connection.ari.events.onUnowned((event) => events.push(event));
  connection.start(scope);
  await until(() => connection.isReady, { what: () => `ARI: ${connection.problem}` });
  return { ari: connection.ari, events, close: () => scope.close() };
}
