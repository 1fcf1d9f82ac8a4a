import { describe, expect, test } from 'vitest';
import {
  event,
  givenDeliverer,
  givenEndpoint,
  givenReceiver,
  numbers,
} from '../../support/given-deliverer.ts';
import { MemoryOutbox } from '../../support/memory-outbox.ts';
import { until } from '../../support/until.ts';
import type { Answer } from '../../support/webhook-receiver.ts';

/** Answers with this status, whatever comes. */
const always =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end();

describe('a failing head', () => {
  test('holds back its lane and no other', async () => {
    const others = [10, 11, 12, 13, 14];
    const receiver = await givenReceiver(({ body }, response) => {
      const haveCome = others.every((n) => numbers(receiver).includes(n));
      response.writeHead(body.includes('"n":1,') && !haveCome ? 500 : 204).end();
    });
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { schedule: Array(1_000).fill(30) },
    });
    deliverer.publish([event(1), event(2), ...others.map((n) => event(n, 'call-2'))]);
    await deliverer.idle();
    const order = numbers(receiver);
    expect(order.filter((n) => n >= 10)).toEqual(others);
    expect(order.indexOf(2)).toBe(order.lastIndexOf(1) + 1);
  });

  test('is set aside when it has held its lane for long enough', async () => {
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
  test('gets eight requests at a time, over as many connections', async () => {
    const receiver = await givenReceiver((_, response) => setTimeout(() => response.end(), 10));
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())]);
    deliverer.publish(Array.from({ length: 100 }, (_, n) => event(n, `call-${n % 25}`)));
    await deliverer.idle();
    expect([receiver.received.length, receiver.maxOpen]).toEqual([100, 8]);
    expect(receiver.connections).toBeLessThanOrEqual(8);
  });

  test('slows nobody else, even where all lanes are taken', async () => {
    const tarPit = await givenReceiver(() => {});
    const swift = await givenReceiver();
    const { deliverer } = givenDeliverer(
      [givenEndpoint(tarPit.url(), { id: 'tar-pit' }), givenEndpoint(swift.url(), { id: 'swift' })],
      { options: { timeout: 60_000, lanes: 8 } },
    );
    deliverer.publish(Array.from({ length: 400 }, (_, n) => event(n, `call-${n % 40}`)));
    const startedAt = performance.now();
    await until(() => swift.received.length === 400);
    expect(performance.now() - startedAt).toBeLessThan(50_000);
    expect(tarPit.maxOpen).toBeGreaterThan(4);
  });

  test('that is down costs no tries while its breaker is open', async () => {
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

describe('a breaker that shuts and opens within one turn', () => {
  test('is not forgotten', async () => {
    let now = 0;
    const clock = { now: () => (now += 5) }; // a breaker that is open at one reading is not at the next
    const receiver = await givenReceiver((_, response, count) =>
      response.writeHead(count > 20 ? 204 : 503).end(),
    );
    const options = {
      schedule: [6, 11, 16, 21, ...Array.from({ length: 30 }, () => 5)],
      lanesPerEndpoint: 1,
    };
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], { clock, options });
    deliverer.publish(Array.from({ length: 12 }, (_, n) => event(n, `call-${n}`)));
    await deliverer.idle();
    expect(new Set(numbers(receiver)).size).toBe(12);
  });
});

describe('two deliverers at one outbox', () => {
  test('never work on one lane at the same time', async () => {
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
