import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient } from '../../../src/http/guarded-client.ts';
import { HttpError } from '../../../src/http/http-error.ts';
import { follow } from '../../../src/http/redirect.ts';
import { addressForms as hosts } from '../../support/address-forms.ts';
import { Receiver } from '../../support/webhook-receiver.ts';

let canary: Receiver;
let canary6: Receiver | undefined;
beforeAll(async () => {
  canary = await Receiver.start(undefined, '0.0.0.0');
  canary6 = await Receiver.start(undefined, '::1', canary.port).catch(() => undefined); // no IPv6 here
});
afterAll(async () => {
  await canary[Symbol.asyncDispose]();
  await canary6?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  canary.connections = 0;
  if (canary6) canary6.connections = 0;
});

const hits = () => canary.connections + (canary6?.connections ?? 0);

type Answers = Record<string, readonly string[] | (() => readonly string[])>;

function givenClient(answers: Answers = {}, allow: readonly string[] = [], allowHttp = allow.length === 0) {
  const resolved: string[] = [];
  const client = new GuardedClient({
    policy: new AddressPolicy({ allow, allowHttp }),
    userAgent: 'ariflow/test',
    resolve: async (name) => {
      resolved.push(name);
      const answer = answers[name] ?? ['127.0.0.1'];
      return (typeof answer === 'function' ? answer() : answer).map((address) => ({ address }));
    },
  });
  return { client, resolved, [Symbol.asyncDispose]: () => client.close() };
}

async function failure(result: Promise<unknown>): Promise<HttpError> {
  const error: unknown = await result.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HttpError);
  return error as HttpError;
}

describe('the canary', () => {
  test.each(['http', 'https'])(`is not reached by any of ${hosts.length} hosts over %s`, async (scheme) => {
    await using given = givenClient();
    for (const host of hosts) {
      const url = `${scheme}://${host}:${canary.port}/`;
      const { code } = await failure(given.client.request({ method: 'GET', url, timeout: 10_000 }));
      expect([host, code]).toEqual([host, expect.stringMatching(/^(blocked|invalid)$/)]);
    }
    expect(hits()).toBe(0);
  });

  test('is reached when it is allowed, so the hosts above are real', async () => {
    await using given = givenClient({}, ['127.0.0.0/8']);
    const reached = hosts.filter(
      (host) => !host.startsWith('[') && URL.parse(`http://${host}/`)?.hostname === '127.0.0.1',
    );
    expect(reached.length).toBeGreaterThanOrEqual(20);
    for (const host of reached) {
      await given.client.requestHead({ method: 'GET', url: `http://${host}:${canary.port}/` });
    }
    expect(hits()).toBeGreaterThan(0);
  });

  test.each([
    [['127.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['8.8.8.8', '127.0.0.1']],
    [['127.0.0.1', '8.8.8.8']],
    [['2606:4700::1111', '::1']],
    [['64:ff9b::7f00:1']],
    [['127.1']],
    [['0x7f000001']],
    [['not an address']],
    [[]],
  ])('is not reached by a name that resolves to %j', async (answer) => {
    await using given = givenClient({ 'hooks.example': answer });
    const url = `http://hooks.example:${canary.port}/`;
    expect(await failure(given.client.request({ method: 'GET', url }))).toMatchObject({
      code: 'blocked',
      isFinal: false,
    });
    expect(hits()).toBe(0);
  });

  test('is not reached by a name that changes its mind', async () => {
    await using allowed = await Receiver.start(
      (_, response) => response.writeHead(204, { connection: 'close' }).end(),
      '127.0.0.9',
    );
    const { port } = allowed;
    await using same = await Receiver.start(undefined, '127.0.0.1', port);
    const answers = [['127.0.0.9'], ['127.0.0.1'], ['127.0.0.9', '127.0.0.1'], ['127.0.0.9']];
    await using given = givenClient(
      { 'hooks.example': () => answers.shift() ?? [] },
      ['127.0.0.9', '192.0.2.1'],
      true,
    );
    const request = () => given.client.requestHead({ method: 'GET', url: `http://hooks.example:${port}/` });
    await expect(request()).resolves.toMatchObject({ status: 204 });
    expect(await failure(request())).toMatchObject({ code: 'blocked' });
    expect(await failure(request())).toMatchObject({ code: 'blocked' });
    await expect(request()).resolves.toMatchObject({ status: 204 });
    expect(given.resolved).toHaveLength(4); // one look-up per connection: nothing resolves behind our back
    expect([allowed.received.length, same.connections, hits()]).toEqual([2, 0, 0]);
  });

  test('is not reached through a redirect', async () => {
    const target = { location: '' };
    await using receiver = await Receiver.start(
      (_, response) => response.writeHead(307, target).end(),
      '127.0.0.9',
    );
    await using given = givenClient({ 'hooks.example': ['127.0.0.1'] }, ['127.0.0.9']);
    const url = `http://127.0.0.9:${receiver.port}/`;
    for (const host of [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'hooks.example',
    ]) {
      for (const scheme of ['http', 'https']) {
        target.location = `${scheme}://${host}:${canary.port}/`;
        const { code } = await failure(
          given.client.request({ method: 'POST', url, body: 'x', maxRedirects: 3 }),
        );
        expect([target.location, code]).toEqual([
          target.location,
          expect.stringMatching(/^(blocked|invalid)$/),
        ]);
      }
    }
    expect(hits()).toBe(0);
  });
});

describe('a redirect from https', () => {
  test('is not followed to http', () => {
    const policy = new AddressPolicy({ allowHttp: true });
    const url = new URL('https://example.com/a');
    const hop = { url, path: '/a', method: 'GET', headers: {}, body: undefined };
    expect(() => follow(hop, 302, 'http://example.com/', policy)).toThrow(HttpError);
    expect(follow(hop, 302, '//other.example/b', policy).url.href).toBe('https://other.example/b');
  });
});
