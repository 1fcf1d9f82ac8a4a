import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryOutbox } from '../../src/webhooks/memory-outbox.ts';
import { event, givenDeliverer, givenEndpoint, givenReceiver } from './webhooks-given.ts';
import { type Answer, until } from './webhooks-receiver.ts';

/** What a receiver may do to a request it has read. */
const faults: Record<string, Answer> = {
  fine: (_, response) => response.writeHead(204).end(),
  error: (_, response) => response.writeHead(500).end('broken'),
  busy: (_, response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  moved: (_, response) => response.writeHead(302, { location: '/' }).end(),
  reset: (_, response) => response.socket?.resetAndDestroy(),
  'reset in the body': (_, response) => {
    response.writeHead(500, { 'content-length': 9 }).write('x', () => response.socket?.resetAndDestroy());
  },
  silent: () => {},
  late: (_, response) => setTimeout(() => response.writeHead(200).end(), 10),
};

const script = fc.record({
  /** For each event, the call it belongs to. */
  calls: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 25 }),
  faults: fc.array(fc.constantFrom(...Object.keys(faults)), { maxLength: 30 }),
  hold: fc.constantFrom(0, 5, 60_000),
  lanesPerEndpoint: fc.constantFrom(1, 2, 8),
  /** After so many receipts the deliverer stops dead, and another takes over. */
  crashAfter: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
});

it('whatever a receiver does, it gets every event, first in order per call, again only under the same id', async () => {
  const receiver = await givenReceiver();
  const options = { schedule: Array.from({ length: 60 }, () => 2), timeout: 25 };
  await fc.assert(
    fc.asyncProperty(script, async ({ calls, faults: planned, hold, lanesPerEndpoint, crashAfter }) => {
      receiver.received.length = 0;
      receiver.answer = (request, response, count) =>
        faults[planned[count - 1] ?? 'fine']?.(request, response, count);
      const endpoints = [givenEndpoint(receiver.url())];
      const outbox = new MemoryOutbox();
      const start = () =>
        givenDeliverer(endpoints, { outbox, options: { ...options, hold, lanesPerEndpoint } }).deliverer;
      let deliverer = start();
      deliverer.publish(calls.map((call, n) => event(n, `call-${call}`)));
      if (crashAfter !== undefined) {
        await until(() => receiver.received.length >= Math.min(crashAfter, calls.length));
        await deliverer.close(AbortSignal.abort());
        deliverer = start();
      }
      await deliverer.idle();
      await deliverer.close();

      const got = receiver.received.map(({ body, headers }) => {
        const { id, n } = JSON.parse(body).data as { id: string; n: number };
        return { call: id, n, messageId: headers['webhook-id'], body };
      });
      const firsts = got.filter(({ n }, i) => got.findIndex((other) => other.n === n) === i);
      expect(firsts.map(({ n }) => n).sort((a, b) => a - b)).toEqual(calls.map((_, n) => n));
      for (const call of new Set(calls)) {
        const order = firsts.filter((first) => first.call === `call-${call}`).map(({ n }) => n);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
      expect(new Set(got.map(({ n, messageId, body }) => `${n} ${messageId} ${body}`)).size).toBe(
        calls.length,
      );
      expect(await outbox.countPending()).toBe(0);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 4_000 },
  );
});
