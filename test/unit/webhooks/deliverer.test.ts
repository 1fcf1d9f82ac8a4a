import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  event,
  givenDeliverer,
  givenEndpoint,
  givenReceiver,
  numbers,
  secret,
} from '../../support/given-deliverer.ts';
import { until } from '../../support/until.ts';
import type { Answer } from '../../support/webhook-receiver.ts';

/** Answers with this status, whatever comes. */
const always =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end();

/** Answers with these statuses, one after the other, then 204. */
const statuses =
  (...list: number[]): Answer =>
  (_, response, count) =>
    response.writeHead(list[count - 1] ?? 204).end();

describe('a published event', () => {
  test('arrives as exactly {type, data}, signed', async () => {
    const receiver = await givenReceiver();
    const { deliverer, outbox, attempts } = givenDeliverer([
      givenEndpoint(receiver.url('/hook?a=b'), { auth: { username: 'ü', password: 'p:w' } }),
    ]);
    deliverer.publish([event(1)]);
    await deliverer.idle();
    const [got] = receiver.received;
    expect(got).toMatchObject({ method: 'POST', path: '/hook?a=b', body: JSON.stringify(event(1).event) });
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'ariflow/1.2.3',
      'webhook-id': expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      'x-voipbin-signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
      authorization: `Basic ${Buffer.from('ü:p:w').toString('base64')}`,
    });
    expect(new Webhook(secret).verify(got?.body ?? '', got?.headers as Record<string, string>)).toEqual(
      event(1).event,
    );
    const [record] = await outbox.list({ endpointId: 'endpoint-1', limit: 10 });
    expect(record).toMatchObject({
      id: got?.headers['webhook-id'],
      state: 'delivered',
      attempts: 1,
      status: 204,
      error: '',
    });
    expect(attempts).toMatchObject([{ endpointId: 'endpoint-1', result: 'delivered' }]);
  });

  test.each(['POST', 'PUT', 'GET', 'DELETE'] as const)('goes with the method %s', async (method) => {
    const receiver = await givenReceiver();
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url(), { method })]);
    deliverer.publish([event(1), event(2)]);
    await deliverer.idle();
    expect(receiver.received.map((got) => got.method)).toEqual([method, method]);
    expect(numbers(receiver)).toEqual([1, 2]);
  });

  test('goes to every active endpoint that wants it', async () => {
    const receiver = await givenReceiver();
    const { deliverer } = givenDeliverer([
      givenEndpoint(receiver.url('/all'), { id: 'all' }),
      givenEndpoint(receiver.url('/hungup'), { id: 'hungup', event_types: ['call.completed'] }),
      givenEndpoint(receiver.url('/none'), { id: 'none', event_types: [] }),
      givenEndpoint(receiver.url('/inactive'), { id: 'inactive', status: 'inactive' }),
      givenEndpoint(receiver.url('/disabled'), { id: 'disabled', status: 'disabled' }),
    ]);
    deliverer.publish([event(1), event(2, 'call-1', 'call_hungup')]);
    await deliverer.idle();
    const paths = receiver.received.map(({ path }) => path).sort();
    expect(paths).toEqual(['/all', '/all', '/hungup']);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });

  test('costs the publisher nothing but memory, and there is a limit to that', async () => {
    const receiver = await givenReceiver();
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      backlog: 100,
      options: { lanesPerEndpoint: 1 },
    });
    deliverer.publish(Array.from({ length: 99 }, (_, n) => event(n)));
    expect(deliverer.isSaturated).toBe(false);
    deliverer.publish([event(99)]);
    expect(deliverer.isSaturated).toBe(true);
    await deliverer.idle();
    expect(deliverer.isSaturated).toBe(false);
    expect(numbers(receiver)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  test('is nobody’s when there is no endpoint', async () => {
    const { deliverer, outbox } = givenDeliverer([]);
    deliverer.publish([event(1)]);
    await deliverer.idle();
    expect(await outbox.countPending()).toBe(0);
  });
});

describe('a failed delivery', () => {
  test('is tried again: same id, same bytes, fresh timestamp', async () => {
    let now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => (now += 700));
    onTestFinished(() => clock.mockRestore());
    const receiver = await givenReceiver(statuses(500, 503));
    const { deliverer, outbox } = givenDeliverer([givenEndpoint(receiver.url())]);
    deliverer.publish([event(1)]);
    await deliverer.idle();
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [first, , last] = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(last! - first!).toBeGreaterThanOrEqual(1);
    for (const { body, headers } of receiver.received)
      new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 1 })).toMatchObject([
      { state: 'delivered', attempts: 3 },
    ]);
  });

  test.each([
    ['that answers nothing', () => {}, 'timeout', 0],
    ['that is slow', (_, response) => setTimeout(() => response.end(), 300), 'timeout', 0],
    ['that resets', (_, response) => response.socket?.resetAndDestroy(), 'unreachable', 0],
    ['that redirects to a private address', always(301, { location: 'http://10.0.0.1/' }), 'http_301', 301],
    ['that redirects at all', always(307, { location: '/elsewhere' }), 'http_307', 307],
    ['that knows no such path', always(404), 'http_404', 404],
    ['that is overloaded', always(503), 'http_503', 503],
  ] as [string, Answer, string, number][])(
    'ends in the dead letters with a receiver %s',
    async (_, answer, error, status) => {
      const receiver = await givenReceiver(answer);
      const { deliverer, outbox } = givenDeliverer([givenEndpoint(receiver.url())], {
        options: { schedule: [5, 5], timeout: 100 },
      });
      deliverer.publish([event(1)]);
      await deliverer.idle();
      expect(receiver.received).toHaveLength(3);
      expect(receiver.received.every(({ path }) => path === '/')).toBe(true);
      expect(await outbox.list({ endpointId: 'endpoint-1', limit: 1 })).toMatchObject([
        { state: 'dead', attempts: 3, error, status },
      ]);
    },
  );

  test('is made when the receiver comes up', async () => {
    const receiver = await givenReceiver();
    const { port } = receiver;
    receiver.server.close();
    const { deliverer, attempts } = givenDeliverer([givenEndpoint(`http://127.0.0.1:${port}/`)]);
    deliverer.publish([event(1), event(2)]);
    await until(() => attempts.length >= 2);
    expect(attempts[0]).toMatchObject({ result: 'failed' });
    await receiver.listen(port);
    await deliverer.idle();
    expect(numbers(receiver)).toEqual([1, 2]);
  });

  test.each([
    ['http://10.0.0.1/', 'blocked'],
    ['http://example.com/', 'invalid'],
    ['nonsense', 'invalid'],
  ])('is given up at once where no try can succeed: %s', async (uri, error) => {
    const { deliverer, outbox } = givenDeliverer([givenEndpoint(uri)]);
    deliverer.publish([event(1)]);
    await deliverer.idle();
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 1 })).toMatchObject([
      { state: 'dead', attempts: 1, error },
    ]);
  });

  test('waits as long as the receiver asks, within bounds', async () => {
    const receiver = await givenReceiver((_, response, count) =>
      response.writeHead(count > 1 ? 204 : 429, { 'retry-after': '3600' }).end(),
    );
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], { options: { schedule: [100] } });
    deliverer.publish([event(1)]);
    await deliverer.idle();
    const [first, second] = receiver.received;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(195);
    expect(second!.at - first!.at).toBeLessThan(60_000); // not the hour that it asks for
  });

  test('can be retried by hand, with the same id', async () => {
    const receiver = await givenReceiver(statuses(500));
    const { deliverer, outbox } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { schedule: [] },
    });
    deliverer.publish([event(1)]);
    await deliverer.idle();
    const id = receiver.received[0]?.headers['webhook-id'] as string;
    expect(await outbox.find(id)).toMatchObject({ state: 'dead' });
    await outbox.retry(id, 0);
    deliverer.wake();
    await deliverer.idle();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    expect(await outbox.find(id)).toMatchObject({ state: 'delivered', attempts: 2 });
  });
});

describe('an answer of 2xx', () => {
  test.each([
    ['of 10 MB', (_, response) => response.end(Buffer.alloc(10e6))],
    [
      'that is reset in its body',
      (_, response) => {
        response
          .writeHead(200, { 'content-length': 100 })
          .write('x', () => response.socket?.resetAndDestroy());
      },
    ],
    ['that never ends', (_, response) => response.writeHead(202).write('x')],
    ['that is gzip', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')],
  ] as [string, Answer][])('%s counts, once', async (_, answer) => {
    const receiver = await givenReceiver(answer);
    const { deliverer, outbox } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { timeout: 10_000 }, // of which no answer has need: all of them have their head at once
    });
    deliverer.publish([event(1), event(2)]);
    await deliverer.idle();
    expect(numbers(receiver)).toEqual([1, 2]);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 2 })).toMatchObject([
      { state: 'delivered' },
      { state: 'delivered' },
    ]);
  });
});
