import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MemoryOutbox } from '../../src/webhooks/memory-outbox.ts';
import { event, givenDeliverer, givenEndpoint, givenReceiver, numbers, secret } from './webhooks-given.ts';
import { type Answer, until } from './webhooks-receiver.ts';

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
  it('arrives as exactly {type, data}, signed', async () => {
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

  it.each(['POST', 'PUT', 'GET', 'DELETE'] as const)('goes with the method %s', async (method) => {
    const receiver = await givenReceiver();
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url(), { method })]);
    deliverer.publish([event(1), event(2)]);
    await deliverer.idle();
    expect(receiver.received.map((got) => got.method)).toEqual([method, method]);
    expect(numbers(receiver)).toEqual([1, 2]);
  });

  it('goes to every active endpoint that wants it', async () => {
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

  it('costs the publisher nothing but memory, and there is a limit to that', async () => {
    const receiver = await givenReceiver();
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { backlog: 100, lanesPerEndpoint: 1 },
    });
    deliverer.publish(Array.from({ length: 99 }, (_, n) => event(n)));
    expect(deliverer.isSaturated).toBe(false);
    deliverer.publish([event(99)]);
    expect(deliverer.isSaturated).toBe(true);
    await deliverer.idle();
    expect(deliverer.isSaturated).toBe(false);
    expect(numbers(receiver)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('is nobody’s when there is no endpoint', async () => {
    const { deliverer, outbox } = givenDeliverer([]);
    deliverer.publish([event(1)]);
    await deliverer.idle();
    expect(await outbox.countPending()).toBe(0);
  });
});

describe('a failed delivery', () => {
  it('is tried again: same id, same bytes, fresh timestamp', async () => {
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

  it.each([
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

  it('is made when the receiver comes up', async () => {
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

  it.each([
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

  it('waits as long as the receiver asks, within bounds', async () => {
    const receiver = await givenReceiver((_, response, count) =>
      response.writeHead(count > 1 ? 204 : 429, { 'retry-after': '3600' }).end(),
    );
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], { options: { schedule: [100] } });
    deliverer.publish([event(1)]);
    await deliverer.idle();
    const [first, second] = receiver.received;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(195);
    expect(second!.at - first!.at).toBeLessThan(1_000);
  });

  it('can be retried by hand, with the same id', async () => {
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
  it.each([
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
      options: { timeout: 150 },
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

describe('a failing head', () => {
  it('holds back its lane and no other', async () => {
    const receiver = await givenReceiver(({ body }, response, count) =>
      response.writeHead(body.includes('"n":1,') && count < 8 ? 500 : 204).end(),
    );
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { schedule: [30, 30, 30, 30, 30, 30] },
    });
    deliverer.publish([event(1), event(2), ...[10, 11, 12, 13, 14].map((n) => event(n, 'call-2'))]);
    await until(() => receiver.received.length >= 6);
    expect(
      numbers(receiver)
        .slice(0, 6)
        .sort((a, b) => a - b),
    ).toEqual([1, 10, 11, 12, 13, 14]);
    await deliverer.idle();
    const order = numbers(receiver);
    expect(order.indexOf(2)).toBe(order.lastIndexOf(1) + 1);
  });

  it('is set aside when it has held its lane for long enough', async () => {
    const receiver = await givenReceiver(({ body }, response) =>
      response.writeHead(body.includes('"n":1,') ? 500 : 204).end(),
    );
    const { deliverer, outbox } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { schedule: [10, 10, 400], hold: 200 },
    });
    deliverer.publish([event(1), event(2), event(3)]);
    await until(() => receiver.received.length >= 5);
    expect(numbers(receiver)).toEqual([1, 1, 1, 2, 3]);
    await deliverer.idle();
    expect(numbers(receiver)).toEqual([1, 1, 1, 2, 3, 1]);
    expect((await outbox.list({ endpointId: 'endpoint-1', limit: 3 })).map(({ state }) => state)).toEqual([
      'delivered',
      'delivered',
      'dead',
    ]);
  });
});

describe('a slow endpoint', () => {
  it('gets eight requests at a time, over as many connections', async () => {
    const receiver = await givenReceiver((_, response) => setTimeout(() => response.end(), 10));
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())]);
    deliverer.publish(Array.from({ length: 100 }, (_, n) => event(n, `call-${n % 25}`)));
    await deliverer.idle();
    expect([receiver.received.length, receiver.maxOpen]).toEqual([100, 8]);
    expect(receiver.connections).toBeLessThanOrEqual(8);
  });

  it('slows nobody else, even where all lanes are taken', async () => {
    const tarPit = await givenReceiver(() => {});
    const swift = await givenReceiver();
    const { deliverer } = givenDeliverer(
      [givenEndpoint(tarPit.url(), { id: 'tar-pit' }), givenEndpoint(swift.url(), { id: 'swift' })],
      { options: { timeout: 8_000, lanes: 8 } },
    );
    deliverer.publish(Array.from({ length: 400 }, (_, n) => event(n, `call-${n % 40}`)));
    const startedAt = performance.now();
    await until(() => swift.received.length === 400);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(tarPit.maxOpen).toBeGreaterThan(4);
  });

  it('that is down costs no tries while its breaker is open', async () => {
    const receiver = await givenReceiver(always(503));
    const { deliverer, outbox, lines, attempts } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { schedule: [150, 5, 5] },
    });
    deliverer.publish(Array.from({ length: 50 }, (_, n) => event(n, `call-${n}`)));
    await until(() => lines.some(({ message }) => message === 'webhook_endpoint_down'));
    await until(() => attempts.length === receiver.received.length);
    expect(attempts.length).toBeLessThanOrEqual(12); // eight at once, four more before the fifth failure
    receiver.answer = always(204);
    await deliverer.idle();
    const records = await outbox.list({ endpointId: 'endpoint-1', limit: 100 });
    expect(records.every(({ state }) => state === 'delivered')).toBe(true);
    expect(records.filter(({ attempts }) => attempts === 1).length).toBeGreaterThan(30);
  });
});

describe('a change of the endpoints', () => {
  const failing = async () => {
    const receiver = await givenReceiver(always(500));
    const endpoints = [givenEndpoint(receiver.url())];
    const given = givenDeliverer(endpoints, { options: { schedule: [30, 30, 30, 30, 30, 30, 30] } });
    given.deliverer.publish([event(1), event(2, 'call-1', 'call_hungup')]);
    await until(() => receiver.received.length > 0);
    return { receiver, endpoints, ...given };
  };

  it.each(['inactive', 'disabled', 'deleted'])('to %s holds for what is pending', async (status) => {
    const { receiver, endpoints, deliverer, outbox } = await failing();
    if (status === 'deleted') endpoints.pop();
    else endpoints[0] = givenEndpoint(receiver.url(), { status: status as 'inactive' });
    deliverer.endpointsChanged();
    await deliverer.idle();
    const count = receiver.received.length;
    expect(count).toBeLessThan(3);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 2 })).toMatchObject([
      { state: 'dead', error: 'endpoint_inactive', attempts: 0 },
      { state: 'dead', error: 'endpoint_inactive' },
    ]);
  });

  it('of its filter holds for what is pending', async () => {
    const { receiver, endpoints, deliverer, outbox } = await failing();
    receiver.answer = always(204);
    const before = receiver.received.length;
    endpoints[0] = givenEndpoint(receiver.url(), { event_types: ['call_hungup'] });
    deliverer.endpointsChanged();
    await deliverer.idle();
    expect(numbers(receiver).slice(before)).toEqual([2]);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 2 })).toMatchObject([
      { state: 'delivered' },
      { state: 'dead', error: 'not_subscribed' },
    ]);
  });

  it('of its address, method and secret holds for what is pending', async () => {
    const { endpoints, deliverer } = await failing();
    const other = await givenReceiver();
    const newer = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    endpoints[0] = givenEndpoint(other.url('/new'), { method: 'PUT', secrets: [newer] });
    deliverer.endpointsChanged();
    await deliverer.idle();
    expect(numbers(other)).toEqual([1, 2]);
    expect(other.received[0]).toMatchObject({ method: 'PUT', path: '/new' });
    const [got] = other.received;
    expect(new Webhook(newer).verify(got?.body ?? '', got?.headers as Record<string, string>)).toBeTruthy();
  });
});

describe('an endpoint that is', () => {
  it('gone is disabled at once and gets no more', async () => {
    const receiver = await givenReceiver(always(410));
    const endpoints = [givenEndpoint(receiver.url())];
    const disabled: string[] = [];
    const { deliverer, outbox } = givenDeliverer(endpoints, {
      onDisable: (id, reason) => {
        disabled.push(`${id} ${reason}`);
        endpoints[0] = givenEndpoint(receiver.url(), { status: 'disabled' });
        deliverer.endpointsChanged();
      },
    });
    deliverer.publish([event(1), event(2), event(3)]);
    await deliverer.idle();
    deliverer.publish([event(4)]);
    await deliverer.idle();
    expect([numbers(receiver), disabled]).toEqual([[1], ['endpoint-1 gone']]);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 5 })).toMatchObject([
      { error: 'endpoint_inactive' },
      { error: 'endpoint_inactive' },
      { error: 'http_410', attempts: 1 },
    ]);
  });

  it('failing for too long is disabled', async () => {
    const receiver = await givenReceiver(always(404));
    const disabled: string[] = [];
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { disableAfter: 60, schedule: Array.from({ length: 50 }, () => 10) },
      onDisable: (id, reason) => disabled.push(`${id} ${reason}`),
    });
    deliverer.publish([event(1)]);
    await until(() => disabled.length > 0);
    const count = receiver.received.length;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect([disabled, receiver.received.length]).toEqual([['endpoint-1 failing'], count]);
  });
});

describe('an outbox that fails', () => {
  it('loses nothing and repeats nothing', async () => {
    class Flaky extends MemoryOutbox {
      #calls = 0;
      override async append(deliveries: Parameters<MemoryOutbox['append']>[0]) {
        await super.append(deliveries); // in doubt: stored, but the answer is lost
        this.#stumble();
      }
      override async settle(settlement: Parameters<MemoryOutbox['settle']>[0]) {
        this.#stumble();
        await super.settle(settlement);
      }
      override async claim(request: Parameters<MemoryOutbox['claim']>[0]) {
        this.#stumble();
        return await super.claim(request);
      }
      #stumble() {
        this.#calls += 1;
        if (this.#calls % 3 === 1) throw new Error('database is locked');
      }
    }
    const receiver = await givenReceiver();
    const { deliverer, lines } = givenDeliverer([givenEndpoint(receiver.url())], { outbox: new Flaky() });
    deliverer.publish([event(1), event(2)]);
    await deliverer.idle();
    expect(numbers(receiver)).toEqual([1, 2]);
    expect(lines.map(({ message }) => message)).toContain('webhook_outbox_failed');
  });

  it('makes the deliverer saturated while it is away', async () => {
    class Away extends MemoryOutbox {
      isAway = true;
      override async append(deliveries: Parameters<MemoryOutbox['append']>[0]) {
        if (this.isAway) throw new Error('away');
        await super.append(deliveries);
      }
    }
    const receiver = await givenReceiver();
    const outbox = new Away();
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      outbox,
      options: { backlog: 10 },
    });
    for (let n = 0; n < 10; n += 1) deliverer.publish([event(n)]);
    await until(() => deliverer.isSaturated);
    outbox.isAway = false;
    await deliverer.idle();
    expect([deliverer.isSaturated, numbers(receiver)]).toEqual([false, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });
});

describe('two deliverers at one outbox', () => {
  it('never work on one lane at the same time', async () => {
    const outbox = new MemoryOutbox();
    const busy = new Set<string>();
    let overlaps = 0;
    const receiver = await givenReceiver(({ body }, response) => {
      const { id } = JSON.parse(body).data;
      overlaps += busy.has(id) ? 1 : 0;
      busy.add(id);
      setTimeout(() => {
        busy.delete(id);
        response.writeHead(204).end();
      }, 2);
    });
    const endpoints = [givenEndpoint(receiver.url())];
    const [one, two] = [0, 1].map(
      () => givenDeliverer(endpoints, { outbox, options: { poll: 5 } }).deliverer,
    );
    for (let n = 0; n < 100; n += 1) (n % 20 < 10 ? one : two)?.publish([event(n, `call-${n % 10}`)]);
    await Promise.all([one?.idle(), two?.idle()]);
    await until(() => receiver.received.length === 100);
    expect([new Set(numbers(receiver)).size, overlaps]).toEqual([100, 0]);
  });
});

describe('closing', () => {
  it('delivers what is due and leaves what is not', async () => {
    const receiver = await givenReceiver((_, response) =>
      setTimeout(() => response.writeHead(204).end(), 20),
    );
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())]);
    deliverer.publish([event(1), event(2), event(3)]);
    await deliverer.close();
    expect(numbers(receiver)).toEqual([1, 2, 3]);
    expect(receiver.open).toBe(0);
  });

  it('ends in time with a receiver that does not answer, and the delivery stays pending', async () => {
    const receiver = await givenReceiver(() => {});
    const { deliverer, outbox } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { timeout: 5_000, drain: 50 },
    });
    deliverer.publish([event(1)]);
    await until(() => receiver.received.length === 1);
    const startedAt = performance.now();
    await deliverer.close();
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 1 })).toMatchObject([
      { state: 'pending', attempts: 0 },
    ]);
    const { lanes } = await outbox.claim({
      now: Date.now(),
      leaseUntil: Date.now() + 1,
      rooms: [{ endpointId: 'endpoint-1', lanes: 1 }],
      limit: 1,
      depth: 1,
    });
    expect(lanes).toHaveLength(1); // handed back, not left to its lease
  });

  it('ends at once by its signal, also while the outbox is away', async () => {
    const outbox = new MemoryOutbox();
    outbox.append = async () => {
      throw new Error('away');
    };
    const { deliverer } = givenDeliverer([givenEndpoint('http://127.0.0.1:9/')], {
      outbox,
      options: { drain: 60_000 },
    });
    deliverer.publish([event(1)]);
    await deliverer.close(AbortSignal.timeout(20));
  });
});

describe('the log', () => {
  it('holds no URL, body or secret', async () => {
    const receiver = await givenReceiver((_, response, count) =>
      response.writeHead(count < 3 ? 500 : 410).end('private answer'),
    );
    const { deliverer, lines } = givenDeliverer([
      givenEndpoint(receiver.url('/path?token=hidden'), { auth: { username: 'hidden', password: 'hidden' } }),
    ]);
    deliverer.publish([event(1)]);
    await deliverer.idle();
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['webhook_failed', 'webhook_given_up', 'webhook_disabled']),
    );
    const text = JSON.stringify(lines);
    for (const word of ['hidden', 'http:', '127.0.0.1', 'whsec', 'filler', 'private'])
      expect(text).not.toContain(word);
  });
});
