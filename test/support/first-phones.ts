import { Ari } from '../../src/ari/ari.ts';
import { HttpTransport } from '../../src/ari/ari-http.ts';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { type ExtensionRecord, extensionDefaults } from '../../src/extensions/extension-record.ts';
import { Phones } from '../../src/extensions/phones.ts';
import type { TestAsterisk } from './asterisk.ts';

export function givenExtension(fields: Partial<ExtensionRecord> = {}): ExtensionRecord {
  const now = wireTime();
  const { extension = '2001' } = fields;
  return {
    ...{ id: extension, customer_id: zeroId, name: '', detail: '', extension },
    ...{ tm_create: now, tm_update: now, tm_delete: neverTime },
    ...{ codecs: [], transport: 'udp', max_contacts: 5, digest: '', ...extensionDefaults },
    ...fields,
  };
}

/** Writes the first nine phones into an Asterisk without a daemon, as one does when it comes. */
export async function writeFirstPhones({
  ariUrl: url,
  ariUser: user,
  ...asterisk
}: TestAsterisk): Promise<void> {
  const { ariPassword: password, config } = asterisk;
  const http = new HttpTransport({ url, user, password });
  const phones = new Phones({
    ari: new Ari(config.ari.app, http),
    stored: async () =>
      Array.from({ length: 9 }, (_, index) => givenExtension({ extension: String(1001 + index) })),
    defaults: { codecs: config.codecs, rtpTimeout: Math.ceil(config.rtp_timeout / 1_000) },
    log: silentLog,
  });
  await phones.connected(AbortSignal.timeout(10_000));
  phones.checkOurs();
  await http.close();
}
