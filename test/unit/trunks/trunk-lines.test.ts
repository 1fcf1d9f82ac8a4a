import { expect, test } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { configuredTrunk } from '../../../src/trunks/configured-trunk.ts';
import { TrunkLines } from '../../../src/trunks/trunk-lines.ts';
import { dialStringOf } from '../../../src/trunks/trunk-objects.ts';
import type { TrunkRecord } from '../../../src/trunks/trunk-record.ts';
import { FakeAri } from '../../support/fake-ari.ts';
import { givenTrunk } from '../../support/given-trunks.ts';

const { signal } = new AbortController();
const id = '7a1c2b3d-0000-4000-8000-000000000001';

function given(...trunks: readonly Partial<TrunkRecord>[]) {
  const fake = new FakeAri();
  const stored = trunks.map((trunk) => givenTrunk({ id, ...trunk }));
  const lines = (): TrunkLines =>
    new TrunkLines({
      ari: fake.ari,
      stored: async () => stored,
      configured: undefined,
      plan: { codecs: ['ulaw', 'g722'], rtpTimeout: 120 },
      log: silentLog,
    });
  const { asterisk } = fake;
  return { asterisk, stored, lines, objects: () => [...asterisk.objects.keys()].sort() };
}

test('a trunk by address is called by one endpoint and known by another, neither with a password', async () => {
  const { lines, asterisk } = given({ allowed_ips: ['192.0.2.1', '198.51.100.0/24'], codecs: ['alaw'] });
  await lines().connected(signal);
  const outgoing = asterisk.objects.get(`endpoint/trunk-${id}`);
  expect(outgoing).toMatchObject({ outbound_auth: '', allow: 'alaw', identify_by: 'ip', transport: 'udp' });
  expect(asterisk.objects.get(`endpoint/trunk-${id}-in`)).not.toHaveProperty('outbound_auth');
  expect(asterisk.objects.get(`identify/trunk-${id}-in`)).toEqual({
    endpoint: `trunk-${id}-in`,
    match: '192.0.2.1,198.51.100.0/24',
    srv_lookups: 'no',
  });
  expect(asterisk.objects.size).toBe(3);
});

test('one with an account logs in and registers, and no address is taken for it', async () => {
  const account = { username: 'us', password: 'their; secret=1', register: true };
  const { lines, asterisk, objects } = given({
    uri: 'sip:provider.example:5070',
    transport: 'tcp',
    ...account,
  });
  await lines().connected(signal);
  expect(objects()).toEqual([`auth/trunk-${id}`, `endpoint/trunk-${id}`, `registration/trunk-${id}`]);
  expect(asterisk.objects.get(`auth/trunk-${id}`)).toEqual({
    auth_type: 'userpass',
    username: 'us',
    password: 'their; secret=1',
  });
  expect(asterisk.objects.get(`registration/trunk-${id}`)).toMatchObject({
    server_uri: 'sip:provider.example:5070;transport=tcp',
    client_uri: 'sip:us@provider.example:5070',
    outbound_auth: `trunk-${id}`,
    endpoint: `trunk-${id}`,
    line: 'yes',
  });
});

test('what changes is written, addresses anew, and what is over is gone; nothing else is touched', async () => {
  const { lines, stored, asterisk, objects } = given({
    allowed_ips: ['192.0.2.1'],
    password: 'x',
    username: 'us',
  });
  const first = lines();
  await first.connected(signal);
  const before = asterisk.asked.length;
  stored[0] = givenTrunk({ ...stored[0], allowed_ips: ['192.0.2.2'] });
  await first.changed();
  expect(asterisk.asked.slice(before)).toEqual(['deleteObject', 'updateObject', 'setGlobalVar']);
  expect(asterisk.objects.get(`identify/trunk-${id}-in`)).toMatchObject({ match: '192.0.2.2' });
  stored[0] = givenTrunk({ ...stored[0], name: 'another', order: 20, password: '' });
  await first.changed();
  expect(objects()).toEqual([`endpoint/trunk-${id}`, `endpoint/trunk-${id}-in`, `identify/trunk-${id}-in`]);
  stored.pop();
  const next = lines(); // after a kill
  await next.connected(signal);
  expect(next.isBehind).toBe(true);
  await next.changed();
  expect([objects(), next.isBehind]).toEqual([[], false]);
  expect([...asterisk.legs.phones.keys()]).toContain('trunk');
});

test('with an Asterisk whose trunks are its own nothing is written, and nobody may make one', async () => {
  const { lines, asterisk, objects } = given({});
  asterisk.globals.delete('ARIFLOW_TRUNKS');
  const foreign = lines();
  await foreign.connected(signal);
  await foreign.changed();
  expect(objects()).toEqual([]);
  expect(() => foreign.checkOurs()).toThrow(expect.objectContaining({ reason: 'CONFLICT' }));
});

test('the trunk of the configuration is one of them, called where Asterisk has it', () => {
  const config = { register: false, match: ['192.0.2.9'], transport: 'udp', encryption: 'none' } as const;
  expect(configuredTrunk(config)).toBeUndefined();
  const trunk = configuredTrunk({ ...config, uri: 'sip:us@trunk.example:5070;x=1', caller_id: '+4989' });
  expect(trunk).toMatchObject({ uri: 'sip:trunk.example:5070', caller_id: '+4989', order: 0, prefixes: [] });
  expect(trunk && dialStringOf(trunk, '+4930')).toBe('PJSIP/+4930@trunk');
  const own = givenTrunk({ id, uri: 'sip:[2001:db8::1]:5070', transport: 'tls' });
  expect(dialStringOf(own, '030')).toBe(`PJSIP/trunk-${id}/sip:030@[2001:db8::1]:5070;transport=tls`);
});

test('with another password it registers anew; a registration is taken back before the password is gone', async () => {
  const account = { username: 'us', password: 'old', register: true };
  const { lines, stored, asterisk, objects } = given(account);
  const one = lines();
  await one.connected(signal);
  const before = asterisk.asked.length;
  stored[0] = givenTrunk({ ...stored[0], password: 'new' });
  await one.changed();
  expect(asterisk.asked.slice(before)).toEqual([
    'updateObject',
    'deleteObject',
    'updateObject',
    'setGlobalVar',
  ]);
  stored.pop();
  await one.changed();
  expect([objects(), one.isBehind]).toEqual([[`auth/trunk-${id}`], true]);
  await one.changed();
  expect([objects(), one.isBehind]).toEqual([[], false]);
});
