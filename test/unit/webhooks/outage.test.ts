import { describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/core/store-error.ts';
import {
  event,
  givenDeliverer,
  givenEndpoint,
  givenReceiver,
  numbers,
} from '../../support/given-deliverer.ts';
import { MemoryOutbox } from '../../support/memory-outbox.ts';
import { until } from '../../support/until.ts';

describe('an outbox that fails', () => {
  test('loses nothing and repeats nothing', async () => {
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
      override async claim(...wanted: Parameters<MemoryOutbox['claim']>) {
        this.#stumble();
        return await super.claim(...wanted);
      }
      #stumble() {
        this.#calls += 1;
        if (this.#calls % 3 === 1) throw new StoreError('busy');
      }
    }
    const receiver = await givenReceiver();
    const { deliverer, lines } = givenDeliverer([givenEndpoint(receiver.url())], { outbox: new Flaky() });
    deliverer.publish([event(1), event(2)]);
    await deliverer.idle();
    expect(numbers(receiver)).toEqual([1, 2]);
    expect(lines.map(({ message }) => message)).toContain('webhook_outbox_failed');
  });

  test('makes the recorder saturated while it is away', async () => {
    class Away extends MemoryOutbox {
      isAway = true;
      override async append(deliveries: Parameters<MemoryOutbox['append']>[0]) {
        if (this.isAway) throw new StoreError('unreachable');
        await super.append(deliveries);
      }
    }
    const receiver = await givenReceiver();
    const outbox = new Away();
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      outbox,
      backlog: 10,
    });
    for (let n = 0; n < 10; n += 1) deliverer.publish([event(n)]);
    await until(() => deliverer.isSaturated);
    outbox.isAway = false;
    await deliverer.idle();
    expect([deliverer.isSaturated, numbers(receiver)]).toEqual([false, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });
});

describe('closing', () => {
  test('delivers what is due and leaves what is not', async () => {
    const receiver = await givenReceiver((_, response) =>
      setTimeout(() => response.writeHead(204).end(), 20),
    );
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())]);
    deliverer.publish([event(1), event(2), event(3)]);
    await deliverer.close();
    expect(numbers(receiver)).toEqual([1, 2, 3]);
    expect(receiver.open).toBe(0);
  });

  test('ends in time with a receiver that does not answer, and the delivery stays pending', async () => {
    const receiver = await givenReceiver(() => {});
    const { deliverer, outbox } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { timeout: 60_000, drain: 50 },
    });
    deliverer.publish([event(1)]);
    await until(() => receiver.received.length === 1);
    const startedAt = performance.now();
    await deliverer.close();
    expect(performance.now() - startedAt).toBeLessThan(30_000); // not the minute that an answer may take
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

  test('ends at once by its signal, also while the outbox is away', async () => {
    const outbox = new MemoryOutbox();
    outbox.append = async () => {
      throw new StoreError('unreachable');
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
  test('holds no URL, body or secret', async () => {
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
