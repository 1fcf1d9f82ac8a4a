import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AddressPolicy } from '../../src/http/address-policy.ts';
import { GuardedClient } from '../../src/http/guarded-client.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { follow } from '../../src/http/redirect.ts';
import { Receiver } from './webhooks-receiver.ts';

/** Every spelling of this machine and of special networks; none may be connected to. */
const hosts = `
  127.0.0.1 127.0.0.2 127.255.255.254 127.1 127.0.1 127.0.0.1. 0 0.0.0.0 0x0 00
  2130706433 0x7f000001 0x7F.1 0x7f.0x0.0x0.0x1 017700000001 0177.0.0.1 0177.0.0.01 0177.1 127.0x0.1 0X7F000001
  １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1 127．0．0．1 127%2e0%2e0%2e1 %31%32%37.0.0.1
  [::1] [::] [0:0:0:0:0:0:0:1] [0000::0001] [::127.0.0.1] [::7f00:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:1]
  [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:7f00:1::7f00:1]
  [2001:0:7f00:1::] [fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [100::1] [2001:db8::1] [3fff::1] [5f00::1]
  localhost LOCALHOST localhost. sub.localhost ｌｏｃａｌｈｏｓｔ loc\u00adalhost
  10.0.0.1 10.1 172.16.0.1 172.31.255.254 192.168.1.1 192.168.257 169.254.169.254 0xa9fea9fe 2852039166 [::ffff:169.254.169.254]
  100.64.0.1 100.100.100.200 168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1
  224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 [::ffff:10.0.0.1] [::10.0.0.1]`
  .trim()
  .split(/\s+/);

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
  it.each(['http', 'https'])(`is not reached by any of ${hosts.length} hosts over %s`, async (scheme) => {
    await using given = givenClient();
    for (const host of hosts) {
      const url = `${scheme}://${host}:${canary.port}/`;
      const { code } = await failure(given.client.request({ method: 'GET', url, timeout: 1_000 }));
      expect([host, code]).toEqual([host, expect.stringMatching(/^(blocked|invalid)$/)]);
    }
    expect(hits()).toBe(0);
  });

  it('is reached when it is allowed, so the hosts above are real', async () => {
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

  it.each([
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

  it('is not reached by a name that changes its mind', async () => {
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

  it('is not reached through a redirect', async () => {
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
  it('is not followed to http', () => {
    const policy = new AddressPolicy({ allowHttp: true });
    const url = new URL('https://example.com/a');
    const hop = { url, path: '/a', method: 'GET', headers: {}, body: undefined };
    expect(() => follow(hop, 302, 'http://example.com/', policy)).toThrow(HttpError);
    expect(follow(hop, 302, '//other.example/b', policy).url.href).toBe('https://other.example/b');
  });
});
