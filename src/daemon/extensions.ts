import type { AriConnection } from '../ari/connection.ts';
import { watchCertificate } from '../asterisk/certificate.ts';
import { sleep } from '../core/wait.ts';
import { transports } from '../extensions/extension-record.ts';
import { Extensions } from '../extensions/extensions.ts';
import { PagePhones } from '../extensions/page-phones.ts';
import { PhoneStates } from '../extensions/phone-states.ts';
import { Phones } from '../extensions/phones.ts';
import type { News } from '../news/news.ts';
import { parseDestination } from '../outgoing/dial-string.ts';
import { OutboundRules } from '../outgoing/outbound-rules.ts';
import { welcomeNumber } from '../reception/route.ts';
import type { Store } from '../storage/store.ts';
import type { Foundation } from './foundation.ts';
import type { TrunkParts } from './trunks.ts';

export interface ExtensionsNeeds extends Foundation {
  readonly store: Store;
  readonly connection: AriConnection;
  readonly news: Pick<News, 'extensions'>;
  readonly trunks: TrunkParts;
}

export interface ExtensionParts {
  readonly extensions: Extensions;
  readonly phones: Phones;
  /** Those of the console. */
  readonly pages: PagePhones;
  readonly states: PhoneStates;
}

/** How often another daemon's changes are looked for, and what has failed is tried again, in milliseconds. */
const lookEvery = 3_000;

/** The phones that users make, in the store and in Asterisk. */
export function startExtensions(needs: ExtensionsNeeds): ExtensionParts {
  const { config, log, scope, store, connection, news, trunks } = needs;
  const phones = new Phones({
    ari: connection.ari,
    stored: () => store.extensions.all(),
    defaults: { codecs: config.codecs, rtpTimeout: Math.ceil(config.rtp_timeout / 1_000) },
    others: () => pages.objects,
    log,
  });
  const isNumber = async (number: string): Promise<boolean> =>
    number === welcomeNumber || (await store.numbers.byNumber(number)) !== undefined;
  const pages = new PagePhones({
    ari: connection.ari,
    phones,
    isTaken: async (number) =>
      (await isNumber(number)) || (await store.extensions.byExtension(number)) !== undefined,
  });
  scope.spawn('phones', async (signal) => {
    for (;;) {
      await sleep(lookEvery, signal);
      if (connection.isReady && (store.isShared || phones.isBehind)) await phones.changed(signal);
    }
  });
  const { tcp, tls_cert, tls_key, ws, wss_port } = config.sip;
  if (tls_cert !== undefined && tls_key !== undefined)
    watchCertificate([tls_cert, tls_key], {
      config: connection.ari.config,
      modules: ['res_pjsip.so', ...(wss_port === undefined ? [] : ['http'])],
      log,
      scope,
    });
  const isSpoken = { udp: true, tcp, tls: tls_cert !== undefined, ws, wss: wss_port !== undefined };
  const rules = new OutboundRules(config.outbound.allow);
  const extensions = new Extensions({
    told: news.extensions(store.extensions),
    phones,
    transports: transports.filter((name) => isSpoken[name]),
    checkTarget: ({ type, target }) => {
      const destination = parseDestination({ type, target, target_name: '', name: '', detail: '' });
      rules.check(destination);
      if (destination.kind === 'number') trunks.trunking.checkTaken(destination.number);
    },
    isNumber: async (number) => pages.has(number) || (await isNumber(number)),
  });
  return { extensions, phones, pages, states: new PhoneStates(connection.ari) };
}
