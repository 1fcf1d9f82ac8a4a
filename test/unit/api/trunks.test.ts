import { expect, test } from 'vitest';
import { AriflowError } from '../../../src/core/errors.ts';
import { toldTo } from '../../../src/simulator/memory/told.ts';
import { configuredTrunk } from '../../../src/trunks/configured-trunk.ts';
import { Trunks } from '../../../src/trunks/trunks.ts';
import { givenTrunk } from '../../support/given-trunks.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';

const keys =
  'id,customer_id,name,detail,uri,username,tm_create,tm_update,tm_delete,allowed_ips,transport,encryption,register,codecs,caller_id,prefixes,order,channels,failover,has_password,configured,status,calls';

const names = async (api: ApiFixture, query = ''): Promise<string[]> =>
  (await api.ask('GET', `/trunks${query}`)).body.result.map(({ name }: { name: string }) => name);

test('a trunk is created, changed and deleted; its password is shown to nobody', async () => {
  await using api = await givenApi();
  const account = { username: 'us', password: 'correct-horse', register: true };
  const rules = [{ prefix: '+49', strip: 3, prepend: '0' }, { prefix: '112' }];
  const made = await api.ask('POST', '/trunks', {
    ...{ name: 'one', uri: 'sip:192.0.2.1:5070', ...account, prefixes: rules, channels: 2 },
  });
  expect(made.status).toBe(200);
  expect(Object.keys(made.body).join()).toBe(keys);
  expect(made.body).toMatchObject({
    ...{ allowed_ips: [], transport: 'udp', encryption: 'none', order: 10, channels: 2, failover: true },
    ...{ has_password: true, configured: false, status: 'registered' },
    prefixes: [rules[0], { prefix: '112', strip: 0, prepend: '' }],
  });
  const path = `/trunks/${made.body.id}`;
  expect((await api.store.trunks.get(made.body.id))?.password).toBe('correct-horse');
  const changed = await api.ask('PUT', path, { ...made.body, name: 'two', transport: 'tls' });
  expect(changed.body).toMatchObject({ name: 'two', transport: 'tls', has_password: true });
  expect(await names(api, '?search=192.0.2')).toEqual(['two']);
  const open = await api.ask('PUT', path, { register: false, password: '' });
  expect(open.body).toMatchObject({ has_password: false, status: 'none' });
  expect((await api.ask('DELETE', path)).body.name).toBe('two');
  expect((await api.ask('GET', path)).status).toBe(404);
  expect(JSON.stringify([made.body, changed.body, api.lines])).not.toContain('correct-horse');
});

test('without a password the address that is called is the one that calls', async () => {
  await using api = await givenApi();
  const known = async (fields: object) =>
    (await api.ask('POST', '/trunks', { name: 'one', ...fields })).body.allowed_ips;
  expect(await known({ uri: 'sip:192.0.2.1:5070' })).toEqual(['192.0.2.1']);
  expect(await known({ uri: 'sip:[2001:db8::1]' })).toEqual(['2001:db8::1']);
  expect(await known({ uri: 'sip:provider.example' })).toEqual([]);
  expect(await known({ uri: 'sip:192.0.2.1', allowed_ips: ['10.0.0.0/8'] })).toEqual(['10.0.0.0/8']);
});

test.each([
  ['uri', { uri: 'provider.example' }],
  ['uri', { uri: 'sip:us@provider.example' }],
  ['uri', { uri: 'sip:provider.example;transport=tcp' }],
  ['uri', { uri: 'sip:provider.example:99999' }],
  ['uri', { uri: 'sip:[::x]' }],
  ['username', { username: 'us>;x' }],
  ['username', { password: 'secret' }],
  ['register', { register: true, username: 'us' }],
  ['password', { username: 'us', password: 'two\nlines' }],
  ['allowed_ips[0]', { allowed_ips: ['provider.example'] }],
  ['allowed_ips[1]', { allowed_ips: ['10.0.0.0/8', '0.0.0.0/0'] }],
  ['allowed_ips[0]', { allowed_ips: ['::/0'] }],
  ['transport', { transport: 'tcp' }],
  ['codecs[0]', { codecs: ['ulaw,!all'] }],
  ['caller_id', { caller_id: 'Clinic' }],
  ['prefixes[0].prefix', { prefixes: [{ prefix: '+49&1' }] }],
  ['prefixes[0].strip', { prefixes: [{ prefix: '+49', strip: 4 }] }],
  ['prefixes[0].prepend', { prefixes: [{ prefix: '', prepend: '0@x' }] }],
  ['prefixes[0].prepend', { prefixes: [{ prefix: '+49', prepend: '0' }] }],
  ['prefixes[1].prefix', { prefixes: [{ prefix: '+49' }, { prefix: '+49', strip: 1 }] }],
  ['order', { order: 0 }],
  ['channels', { channels: -1 }],
  ['dial', { dial: 'x' }],
])('wrong input is refused by its path: %s', async (path, fields) => {
  await using api = await givenApi();
  const refused = await api.ask('POST', '/trunks', { name: 'one', uri: 'sip:192.0.2.1', ...fields });
  expect(refused.status).toBe(400);
  expect(refused.body.error.details).toMatchObject([{ path }]);
  expect(JSON.stringify(refused.body)).not.toContain('secret');
});

test('the trunk of the configuration is the first that is listed, and only seen', async () => {
  const config = {
    uri: 'sip:192.0.2.9',
    register: false,
    match: [],
    transport: 'udp',
    encryption: 'none',
  } as const;
  const first = await givenApi();
  await using api = await givenApi({
    trunks: new Trunks({
      store: first.store.trunks,
      told: toldTo(first.store.trunks, () => undefined),
      lines: {
        configured: configuredTrunk(config),
        checkOurs: () => undefined,
        changed: async () => undefined,
      },
      transports: ['udp'],
    }),
  });
  for (const name of ['one', 'two']) await api.store.trunks.insert(givenTrunk({ name }));
  expect(await names(api)).toEqual(['ARIFLOW_TRUNK_URI', 'two', 'one']);
  const pages = [];
  for (let token = ''; pages.length < 5; ) {
    const { body } = await api.ask('GET', `/trunks?page_size=1${token && `&page_token=${token}`}`);
    pages.push(body.result.map(({ name }: { name: string }) => name).join());
    token = body.next_page_token;
    if (token === '') break;
  }
  expect(pages).toEqual(['ARIFLOW_TRUNK_URI', 'two', 'one']);
  const { body } = await api.ask('GET', '/trunks?page_size=1');
  const path = `/trunks/${body.result[0].id}`;
  expect((await api.ask('GET', path)).body).toMatchObject({ configured: true, order: 0 });
  for (const refused of [await api.ask('PUT', path, { name: 'mine' }), await api.ask('DELETE', path)]) {
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toContain('ARIFLOW_TRUNK_');
  }
  await first[Symbol.asyncDispose]();
});

test('with an Asterisk whose trunks are its own nothing is changed, and why is said', async () => {
  const first = await givenApi();
  const checkOurs = () => {
    throw new AriflowError('CONFLICT', 'the trunks of this Asterisk are in its own configuration');
  };
  await using api = await givenApi({
    trunks: new Trunks({
      store: first.store.trunks,
      told: toldTo(first.store.trunks, () => undefined),
      lines: { configured: undefined, checkOurs, changed: async () => undefined },
      transports: ['udp'],
    }),
  });
  const trunk = givenTrunk({ name: 'one' });
  await first.store.trunks.insert(trunk);
  const path = `/trunks/${trunk.id}`;
  for (const refused of [
    await api.ask('POST', '/trunks', { name: 'two', uri: 'sip:192.0.2.1' }),
    await api.ask('PUT', path, { name: 'two' }),
    await api.ask('DELETE', path),
  ]) {
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toContain('its own configuration');
  }
  await first[Symbol.asyncDispose]();
});
