import { expect, test } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import type { ExtensionRecord } from '../../../src/extensions/extension-record.ts';
import { digestOf } from '../../../src/extensions/password.ts';
import { Phones } from '../../../src/extensions/phones.ts';
import { FakeAri } from '../../support/fake-ari.ts';
import { givenExtension } from '../../support/first-phones.ts';

const { signal } = new AbortController();

function given(...extensions: readonly Partial<ExtensionRecord>[]) {
  const fake = new FakeAri();
  const stored = extensions.map(givenExtension);
  const phones = (): Phones =>
    new Phones({
      ari: fake.ari,
      stored: async () => stored,
      defaults: { codecs: ['ulaw', 'g722'], rtpTimeout: 120 },
      log: silentLog,
    });
  const { asterisk } = fake;
  const writes = (): number => asterisk.asked.filter((name) => name === 'updateObject').length;
  return { asterisk, stored, phones, writes, objects: () => [...asterisk.objects.keys()].sort() };
}

const digest = digestOf('2001', 'correct-horse');

test('a phone is made of who may log in, where it is and how it is called', async () => {
  const { phones, asterisk } = given({ extension: '2001', digest, max_contacts: 2 });
  await phones().connected(signal);
  expect(Object.fromEntries(asterisk.objects)).toMatchObject({
    'auth/2001': { auth_type: 'md5', username: '2001', realm: 'asterisk', md5_cred: digest },
    'aor/2001': { max_contacts: '2', remove_existing: 'yes' },
    'endpoint/2001': { auth: '2001', aors: '2001', identify_by: 'username', allow: 'ulaw,g722' },
  });
});

test('a phone in a browser has ICE, and keys by DTLS; one that is none any more has neither', async () => {
  const { phones, stored, asterisk } = given({
    extension: '2001',
    digest,
    transport: 'wss',
    encryption: 'dtls',
  });
  const ours = phones();
  await ours.connected(signal);
  const web = { use_avpf: 'yes', ice_support: 'yes', rtcp_mux: 'yes', bundle: 'yes' };
  const dtls = { media_encryption: 'dtls', dtls_auto_generate_cert: 'yes', dtls_verify: 'fingerprint' };
  expect(asterisk.objects.get('endpoint/2001')).toMatchObject({ transport: 'wss', ...web, ...dtls });
  stored[0] = givenExtension({ extension: '2001', digest, encryption: 'dtls' });
  await ours.changed();
  expect(asterisk.objects.get('endpoint/2001')).toMatchObject({ ice_support: 'no', use_avpf: 'no', ...dtls });
  stored[0] = givenExtension({ extension: '2001', digest });
  await ours.changed();
  expect(asterisk.objects.get('endpoint/2001')).toMatchObject({
    media_encryption: 'no',
    dtls_auto_generate_cert: 'no',
    dtls_verify: 'no',
  });
});

test('the password that was generated for one of the first nine stays in Asterisk’s own configuration', async () => {
  const { phones, asterisk, objects } = given({ extension: '1001' });
  await phones().connected(signal);
  expect(objects()).toEqual(['aor/1001', 'endpoint/1001']);
  expect(asterisk.objects.get('endpoint/1001')).toMatchObject({ auth: 'generated-1001' });
});

test('what is there already is not written again, by the same daemon or the next', async () => {
  const { phones, stored, writes } = given({ extension: '2001', digest }, { extension: '1001' });
  const first = phones();
  await first.connected(signal);
  expect(writes()).toBe(5);
  await first.connected(signal);
  await first.changed();
  const next = phones();
  await next.connected(signal);
  await next.changed();
  expect(writes()).toBe(5);
  stored[0] = givenExtension({ extension: '2001', digest: digestOf('2001', 'other') });
  await next.changed();
  expect(writes()).toBe(6);
});

test('an Asterisk that has begun anew gets all of them', async () => {
  const { phones, asterisk, objects } = given({ extension: '2001', digest });
  const kept = phones();
  await kept.connected(signal);
  asterisk.objects.clear();
  asterisk.globals.set('ARIFLOW_PHONES', 'none');
  await kept.connected(signal);
  expect(objects()).toEqual(['aor/2001', 'auth/2001', 'endpoint/2001']);
});

test('who is deleted is gone, by a daemon that was killed before it could say so too; other endpoints stay', async () => {
  const { phones, stored, asterisk, objects } = given(
    { extension: '2001', digest },
    { extension: '2002', digest: 'x' },
  );
  const first = phones();
  await first.connected(signal);
  stored.pop();
  await first.changed();
  expect(objects()).toEqual(['aor/2001', 'auth/2001', 'endpoint/2001']);
  stored.pop();
  await phones().connected(signal);
  expect(objects()).toEqual([]);
  expect([...asterisk.legs.phones.keys()]).toEqual(['trunk', 'direct', 'direct-as-is', 'loopback']);
});

test('to an Asterisk whose phones are its own nothing is written, and nobody may make one', async () => {
  const { phones, asterisk, writes } = given({ extension: '2001', digest });
  asterisk.globals.clear();
  const foreign = phones();
  expect(() => foreign.checkOurs()).toThrow(expect.objectContaining({ reason: 'UNAVAILABLE' }));
  await foreign.connected(signal);
  await foreign.changed();
  expect(writes()).toBe(0);
  expect(() => foreign.checkOurs()).toThrow(expect.objectContaining({ reason: 'CONFLICT' }));
});

test('what Asterisk does not take, or the store does not say, is to be tried again', async () => {
  const { phones, asterisk, objects } = given({ extension: '2001', digest });
  asterisk.fault('updateObject', { status: 500, times: 1 });
  const failing = phones();
  await failing.connected(signal);
  expect([objects(), failing.isBehind]).toEqual([[], true]);
  await failing.changed();
  expect([objects(), failing.isBehind]).toEqual([['aor/2001', 'auth/2001', 'endpoint/2001'], false]);
});
