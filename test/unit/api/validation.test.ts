import { expect, test } from 'vitest';
import { givenApi } from '../../support/store-api.ts';

test('a body is checked as the request would check it, and nothing is done', async () => {
  await using api = await givenApi();
  const verdictOn = async (method: string, path: string, body?: unknown) => {
    const { status, body: said } = await api.ask('POST', '/validate', { method, path, body });
    return status === 200 ? said.problems : [status, said.error.message];
  };
  expect(await verdictOn('POST', '/v1.0/queues', { name: 'desk', wrap_up: 5_000 })).toEqual([]);
  expect(await verdictOn('PUT', '/v1.0/queues/{id}', { wrap_up: -1, odd: 1 })).toEqual([
    { path: 'wrap_up', message: 'expected at least 0 milliseconds' },
    { path: 'odd', message: 'unknown key' },
  ]);
  expect(await verdictOn('POST', '/v1.0/numbers', null)).toEqual([
    { path: '', message: 'expected an object, not null' },
  ]);
  expect(await verdictOn('POST', '/v1.0/numbers')).toEqual([400, 'body: missing, expected something']);
  for (const [method, path] of [
    ['POST', '/v1.0/rooms'],
    ['PUT', '/v1.0/queues'],
    ['POST', '/v1.0/queues?x=1'],
  ] as const)
    expect(await verdictOn(method, path, {})).toEqual([
      400,
      `path: expected one that takes a body by ${method}`,
    ]);
  expect((await api.ask('GET', '/queues')).body.result).toEqual([]);
});
