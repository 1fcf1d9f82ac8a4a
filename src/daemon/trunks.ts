import type { AriConnection } from '../ari/connection.ts';
import { metricsOf } from '../ari/metrics-of.ts';
import { sleep } from '../core/wait.ts';
import type { News } from '../news/news.ts';
import type { Store } from '../storage/store.ts';
import { configuredTrunk } from '../trunks/configured-trunk.ts';
import { Registrations } from '../trunks/registrations.ts';
import { TrunkLines } from '../trunks/trunk-lines.ts';
import { Trunking } from '../trunks/trunking.ts';
import { Trunks } from '../trunks/trunks.ts';
import type { Foundation } from './foundation.ts';

export interface TrunksNeeds extends Foundation {
  readonly store: Store;
  readonly connection: AriConnection;
  readonly news: Pick<News, 'trunks'>;
}

export interface TrunkParts {
  readonly trunks: Trunks;
  readonly lines: TrunkLines;
  readonly trunking: Trunking;
  readonly registrations: Registrations;
}

/** How often another daemon's changes are looked for, and what has failed is tried again, in milliseconds. */
const lookEvery = 3_000;

/** The trunks: of the configuration, and those that users make, in the store and in Asterisk. */
export async function startTrunks(needs: TrunksNeeds): Promise<TrunkParts> {
  const { config, secrets, log, scope, store, connection, news } = needs;
  const lines = new TrunkLines({
    ari: connection.ari,
    stored: () => store.trunks.all(),
    configured: configuredTrunk(config.trunk),
    plan: { codecs: config.codecs, rtpTimeout: Math.ceil(config.rtp_timeout / 1_000) },
    log,
  });
  // Calls of a later time are looked at before Asterisk is there.
  await lines.read();
  scope.spawn('trunks', async (signal) => {
    for (;;) {
      await sleep(lookEvery, signal);
      if (connection.isReady && (store.isShared || lines.isBehind)) await lines.changed(signal);
    }
  });
  const { tcp, tls_cert } = config.sip;
  const trunks = new Trunks({
    store: store.trunks,
    told: news.trunks(store.trunks),
    lines,
    transports: ['udp', ...(tcp ? ['tcp' as const] : []), ...(tls_cert ? ['tls' as const] : [])],
  });
  const { url, user, password = secrets.ari_password } = config.ari;
  const registrations = new Registrations((signal) => metricsOf({ url, user, password }, signal));
  return { trunks, lines, trunking: new Trunking(() => lines.all), registrations };
}
