import { expect, test } from 'vitest';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';

const limits = { requests: 1_000, failures: 1_000 };
const headers = { authorization: `Bearer ${token}` };

const statuses = async (api: ApiFixture, url: string, addresses: readonly string[]) => {
  const found = [];
  for (const remoteAddress of addresses)
    found.push((await api.send({ method: 'GET', url, headers, remoteAddress })).status);
  return found;
};

test('only the networks that are named may use the API', async () => {
  await using api = await givenApi(
    {},
    { ...limits, networks: ['10.1.0.0/16', '192.0.2.7', '2001:db8::/32'] },
  );
  const inside = ['10.1.2.3', '192.0.2.7', '2001:db8::1', '::ffff:10.1.2.3'];
  const outside = ['10.2.0.1', '192.0.2.8', '2001:db9::1', '127.0.0.1', '::1', '::ffff:10.2.0.1'];
  for (const url of ['/v1.0/flows', '/v1.0/nonsense', '/openapi.json', '/docs', '/nonsense']) {
    const known = url.includes('nonsense') ? 404 : 200;
    expect(await statuses(api, url, inside), url).toEqual(inside.map(() => known));
    expect(await statuses(api, url, outside), url).toEqual(outside.map(() => 403));
  }
});

test('a refused address is told why, before anybody looks at its token', async () => {
  await using api = await givenApi({}, { ...limits, networks: ['10.0.0.0/8'] });
  const { body } = await api.send({ method: 'GET', url: '/v1.0/flows', remoteAddress: '192.0.2.1' });
  const message = 'this address may not use the API';
  expect(body).toEqual({ error: { status: 403, reason: 'PERMISSION_DENIED', message, details: [] } });
});

test('health and metrics answer this machine too', async () => {
  await using api = await givenApi({}, { ...limits, networks: ['10.0.0.0/8'] });
  for (const url of ['/healthz', '/readyz', '/metrics']) {
    const addresses = ['10.0.0.1', '127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '192.0.2.1'];
    expect(await statuses(api, url, addresses), url).toEqual([200, 200, 200, 200, 200, 403]);
  }
});

test('without a list everybody who reaches the port may ask', async () => {
  await using api = await givenApi({}, { ...limits, networks: [] });
  expect(await statuses(api, '/v1.0/flows', ['192.0.2.1', '127.0.0.1'])).toEqual([200, 200]);
});
