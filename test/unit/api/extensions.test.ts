import { expect, test } from 'vitest';
import { neverTime } from '../../../src/core/clock.ts';
import { AriflowError } from '../../../src/core/errors.ts';
import { Extensions } from '../../../src/extensions/extensions.ts';
import { digestOf } from '../../../src/extensions/password.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';

const keys =
  'id,customer_id,name,detail,extension,tm_create,tm_update,tm_delete,codecs,transport,max_contacts,caller_id,call_waiting,dnd,forward,encryption,status,calls';

const digest = async (api: ApiFixture, extension: string): Promise<string | undefined> =>
  (await api.store.extensions.byExtension(extension))?.digest;

test('the first nine are there, with the passwords that were generated for them', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('GET', '/extensions');
  const numbers = (body.result as { extension: string }[]).map(({ extension }) => extension);
  expect(numbers.sort()).toEqual(Array.from({ length: 9 }, (_, index) => String(1001 + index)));
  expect(Object.keys(body.result[0]).join()).toBe(keys);
  expect(await digest(api, '1001')).toBe('');
});

test('an extension is created, changed and deleted; its password is shown once and kept as a digest', async () => {
  await using api = await givenApi();
  const { status, body } = await api.ask('POST', '/extensions', { extension: '2001', name: 'Ada' });
  expect(status).toBe(200);
  const { password, ...extension } = body;
  expect(password).toMatch(/^[A-Za-z0-9]{20}$/);
  expect(Object.keys(extension).join()).toBe(keys);
  expect(extension).toMatchObject({
    ...{ extension: '2001', name: 'Ada', detail: '', codecs: [], transport: 'udp', max_contacts: 5 },
    tm_delete: neverTime,
  });
  expect(await digest(api, '2001')).toBe(digestOf('2001', password));
  const path = `/extensions/${extension.id}`;
  expect((await api.ask('GET', path)).body).toEqual(extension);
  const changed = await api.ask('PUT', path, { ...extension, name: 'Bob', codecs: ['alaw'] });
  expect(changed.body).toMatchObject({ name: 'Bob', codecs: ['alaw'], extension: '2001' });
  expect(changed.body).not.toHaveProperty('password');
  expect(await digest(api, '2001')).toBe(digestOf('2001', password));
  const own = await api.ask('PUT', path, { password: 'correct horse battery' });
  expect(own.body.password).toBe('correct horse battery');
  expect(await digest(api, '2001')).toBe(digestOf('2001', 'correct horse battery'));
  expect((await api.ask('DELETE', path)).body).not.toHaveProperty('password');
  expect((await api.ask('GET', path)).status).toBe(404);
  expect((await api.ask('POST', '/extensions', { extension: '2001' })).status).toBe(200);
  expect(api.lines.join('\n')).not.toContain(password);
});

test.each([
  ['extension', { extension: 'ann' }],
  ['extension', { extension: '1' }],
  ['extension', { extension: '123456789' }],
  ['extension', { extension: '20;1' }],
  ['password', { extension: '2001', password: 'elevenchars' }],
  ['password', { extension: '2001', password: 'twelve chars\n' }],
  ['codecs[0]', { extension: '2001', codecs: ['ulaw,!all'] }],
  ['transport', { extension: '2001', transport: 'sctp' }],
  ['transport', { extension: '2001', transport: 'tcp' }],
  ['transport', { extension: '2001', transport: 'wss' }],
  ['encryption', { extension: '2001', transport: 'ws', encryption: 'sdes' }],
  ['encryption', { extension: '2001', encryption: 'zrtp' }],
  ['max_contacts', { extension: '2001', max_contacts: 0 }],
  ['caller_id', { extension: '2001', caller_id: 'Ada' }],
  ['forward.busy.type', { extension: '2001', forward: { busy: { type: 'agent', target: '1' } } }],
  ['forward.busy', { extension: '2001', forward: { busy: { type: 'tel', target: '+49&30' } } }],
  ['forward.timeout', { extension: '2001', forward: { timeout: 1 } }],
  ['forward.busy', { extension: '2001', forward: { busy: { type: 'extension', target: '2001' } } }],
])('is refused, naming the path: %s of %j', async (path, body) => {
  await using api = await givenApi();
  const refused = await api.ask('POST', '/extensions', body);
  expect([refused.status, refused.body.error.details]).toMatchObject([400, [{ path }]]);
});

test('over TLS its audio is encrypted unless it is said otherwise, over anything else only where it is', async () => {
  await using api = await givenApi();
  const encryption = async (fields: object) => (await api.ask('POST', '/extensions', fields)).body.encryption;
  expect(await encryption({ extension: '2001', transport: 'tls' })).toBe('sdes');
  expect(await encryption({ extension: '2002', transport: 'tls', encryption: 'none' })).toBe('none');
  expect(await encryption({ extension: '2003' })).toBe('none');
  expect(await encryption({ extension: '2004', encryption: 'sdes' })).toBe('sdes');
  expect(await encryption({ extension: '2005', encryption: 'dtls' })).toBe('dtls');
});

test('a phone in a browser has keys by DTLS, which a change of the one or the other keeps to', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/extensions', { extension: '2001', transport: 'ws' });
  expect(body.encryption).toBe('dtls');
  const path = `/extensions/${body.id}`;
  const desk = { transport: 'udp', encryption: 'none' };
  const refusals = [
    await api.ask('PUT', path, { encryption: 'none' }),
    (await api.ask('PUT', path, desk)) && (await api.ask('PUT', path, { transport: 'ws' })),
  ];
  for (const refused of refusals)
    expect([refused.status, refused.body.error.details]).toMatchObject([400, [{ path: 'encryption' }]]);
  const changed = await api.ask('PUT', path, { transport: 'ws', encryption: 'dtls' });
  expect(changed.body).toMatchObject({ transport: 'ws', encryption: 'dtls' });
});

test('over a number of somebody else’s there is none: an extension’s, or one with a flow', async () => {
  await using api = await givenApi();
  await api.ask('POST', '/numbers', { number: '3000' });
  for (const extension of ['1001', '3000']) {
    const refused = await api.ask('POST', '/extensions', { extension });
    expect([refused.status, refused.body.error.details]).toMatchObject([409, [{ path: 'extension' }]]);
  }
});

test('each change of an extension is told once, without its digest, and what is refused is not', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/extensions', { extension: '2001' });
  await api.ask('POST', '/extensions', { extension: '2001' });
  await api.ask('PUT', `/extensions/${body.id}`, { name: 'Ada', transport: 'tcp' });
  await api.ask('PUT', `/extensions/${body.id}`, { name: 'Ada' });
  await api.ask('DELETE', `/extensions/${body.id}`);
  await api.ask('DELETE', `/extensions/${body.id}`);
  expect(api.extensionEvents).toEqual(['extension_created', 'extension_updated', 'extension_deleted']);
});

test('with an Asterisk whose phones are its own nothing is made, changed or deleted, and it is said why', async () => {
  const phones = {
    checkOurs: () => {
      throw new AriflowError('CONFLICT', 'the phones of this Asterisk are in its own configuration');
    },
    changed: async () => undefined,
  };
  await using api = await givenApi({
    extensions: new Extensions({
      told: forbidden,
      phones,
      isNumber: async () => false,
      checkTarget: () => undefined,
      transports: ['udp'],
    }),
  });
  const { body } = await api.ask('GET', '/extensions');
  const path = `/extensions/${body.result[0].id}`;
  for (const refused of [
    await api.ask('POST', '/extensions', { extension: '2001' }),
    await api.ask('PUT', path, { name: 'Ada' }),
    await api.ask('DELETE', path),
  ]) {
    expect(refused.status).toBe(409);
    expect(refused.body.error.message).toContain('its own configuration');
  }
});

function forbidden(): never {
  throw new Error('nothing is to be written');
}

test('a change forwards a phone to itself as little as a creation does', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/extensions', { extension: '2001' });
  const always = { type: 'extension', target: '2001' };
  expect(await api.ask('PUT', `/extensions/${body.id}`, { forward: { always } })).toMatchObject({
    status: 400,
    body: { error: { details: [{ path: 'forward.always', message: 'is the extension itself' }] } },
  });
});
