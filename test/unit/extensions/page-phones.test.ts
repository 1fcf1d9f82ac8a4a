import { expect, test } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { PagePhones } from '../../../src/extensions/page-phones.ts';
import { digestOf } from '../../../src/extensions/password.ts';
import { Phones } from '../../../src/extensions/phones.ts';
import { FakeAri } from '../../support/fake-ari.ts';
import { givenExtension } from '../../support/first-phones.ts';

const { signal } = new AbortController();
const password = 'a password of a page';

/** Of an Asterisk that has one phone that is stored, too. */
async function given({ isTaken = async (_: string) => false } = {}) {
  const { ari, asterisk } = new FakeAri();
  const daemon = () => {
    const phones: Phones = new Phones({
      ari,
      stored: async () => [givenExtension({ extension: '2001', digest: 'x' })],
      defaults: { codecs: ['alaw'], rtpTimeout: 120 },
      others: () => pages.objects,
      log: silentLog,
    });
    const pages = new PagePhones({ ari, phones, isTaken });
    return { phones, pages };
  };
  const objects = (): string[] =>
    [...asterisk.objects.keys()].filter((name) => !name.endsWith('/2001')).sort();
  const { phones, pages } = daemon();
  await phones.connected(signal);
  return { ari, asterisk, phones, pages, daemon, objects };
}

test('a phone of a page has a number and a password of its own, and is known to Asterisk as a browser', async () => {
  const { pages, asterisk, objects } = await given();
  const { extension, codecs } = await pages.add(password);
  expect(extension).toMatch(/^9[0-9]{5}$/);
  expect(codecs).toEqual(['ulaw']);
  expect(objects()).toEqual([`aor/${extension}`, `auth/${extension}`, `endpoint/${extension}`]);
  expect(asterisk.objects.get(`auth/${extension}`)).toMatchObject({
    username: extension,
    md5_cred: digestOf(extension, password),
  });
  expect(asterisk.objects.get(`endpoint/${extension}`)).toMatchObject({
    ...{ transport: 'ws', media_encryption: 'dtls', ice_support: 'yes', identify_by: 'username' },
    ...{ allow: 'ulaw', auth: extension, rtp_timeout: '20' },
  });
  // Whoever is no page has neither ICE nor its patience.
  expect(asterisk.objects.get('endpoint/2001')).toMatchObject({ ice_support: 'no', rtp_timeout: '120' });
  expect([pages.has(extension), pages.has('2001')]).toEqual([true, false]);
  const other = await pages.add(password);
  expect(other.extension).not.toBe(extension);
});

test.each(['codec_opus_open_source.so', 'codec_opus.so'])(
  'it has Opus where Asterisk has %s',
  async (name) => {
    const { pages, asterisk } = await given();
    asterisk.modules.add(name);
    const { extension, codecs } = await pages.add(password);
    expect(codecs).toEqual(['opus', 'ulaw']);
    expect(asterisk.objects.get(`endpoint/${extension}`)).toMatchObject({ allow: 'opus,ulaw' });
  },
);

test('nothing of it is left when it is gone, and its calls end; others stay', async () => {
  const { pages, asterisk, objects } = await given();
  const [one, other] = [await pages.add(password), await pages.add(password)];
  await pages.remove(one.extension);
  expect(objects()).toEqual(['aor', 'auth', 'endpoint'].map((type) => `${type}/${other.extension}`));
  expect(pages.has(one.extension)).toBe(false);
  await pages.remove(one.extension);
  await pages.remove('2001');
  expect(asterisk.objects.has('endpoint/2001')).toBe(true);
});

test('a daemon that begins anew has those that it is told of, and takes away the others of the one before', async () => {
  const { pages, daemon, objects, asterisk } = await given();
  const [one] = [await pages.add(password), await pages.add(password)];
  const next = daemon();
  expect([await next.pages.resume(one), await next.pages.resume(one)]).toEqual([true, false]);
  await next.phones.connected(signal);
  expect(objects()).toEqual(['aor', 'auth', 'endpoint'].map((type) => `${type}/${one.extension}`));
  expect(asterisk.objects.get(`auth/${one.extension}`)).toMatchObject({
    md5_cred: digestOf(one.extension, password),
  });
  expect(asterisk.objects.has('endpoint/2001')).toBe(true);
});

test('an Asterisk that begins anew gets them again', async () => {
  const { pages, phones, asterisk, objects } = await given();
  const { extension } = await pages.add(password);
  asterisk.objects.clear();
  asterisk.globals.set('ARIFLOW_PHONES', 'none');
  await phones.connected(signal);
  expect(objects()).toEqual(['aor', 'auth', 'endpoint'].map((type) => `${type}/${extension}`));
});

test('its number is nobody else’s', async () => {
  const asked: string[] = [];
  const { pages } = await given({
    isTaken: async (number) => {
      asked.push(number);
      return asked.length < 3;
    },
  });
  const { extension } = await pages.add(password);
  expect(asked).toHaveLength(3);
  expect(extension).toBe(asked[2]);
  const full = await given({ isTaken: async () => true });
  expect(await full.pages.resume({ extension: '912345', digest: 'x', codecs: ['ulaw'] })).toBe(false);
  expect(full.pages.objects).toEqual([]);
  await expect(full.pages.add(password)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
});

test('where Asterisk does not take it, there is none, and nothing is left of it', async () => {
  const { pages, phones, asterisk, objects } = await given();
  asterisk.fault('updateObject', { status: 500, times: 2 });
  await expect(pages.add(password)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  await phones.changed();
  expect([objects(), pages.objects]).toEqual([[], []]);
  asterisk.fault('getModule', { status: 500, times: 1 });
  await expect(pages.add(password)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  const foreign = await given();
  foreign.asterisk.globals.clear();
  await foreign.phones.connected(signal);
  await expect(foreign.pages.add(password)).rejects.toMatchObject({ reason: 'CONFLICT' });
});
