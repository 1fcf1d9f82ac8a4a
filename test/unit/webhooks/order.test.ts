import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  event,
  givenDeliverer,
  givenEndpoint,
  givenReceiver,
  numberOf,
} from '../../support/given-deliverer.ts';
import { MemoryOutbox } from '../../support/memory-outbox.ts';
import { until } from '../../support/until.ts';
import type { Answer, Receiver } from '../../support/webhook-receiver.ts';

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

const longHold = 60_000;

const script = fc.record({
  /** For each event, the call it belongs to. */
  calls: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 25 }),
  faults: fc.array(fc.constantFrom(...Object.keys(faults)), { maxLength: 30 }),
  hold: fc.constantFrom(0, 5, longHold),
  lanesPerEndpoint: fc.constantFrom(1, 2, 8),
  /** After so many receipts the deliverer stops dead, and another takes over. */
  crashAfter: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
});

type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

const options = { schedule: Array.from({ length: 60 }, () => 2), timeout: 25 };

/** Plays a script; answers what was sent and what of it was received. */
async function play(
  receiver: Receiver,
  path: string,
  { calls, faults: planned, crashAfter, ...rules }: Script,
) {
  const received = () => receiver.received.filter((request) => request.path === path); // not what is late from another script
  receiver.received.length = 0;
  receiver.answer = (request, response, count) =>
    faults[planned[count - 1] ?? 'fine']?.(request, response, count);
  const endpoints = [givenEndpoint(receiver.url(path))];
  const outbox = new MemoryOutbox();
  const start = () => givenDeliverer(endpoints, { outbox, options: { ...options, ...rules } });
  const first = start();
  let last = first;
  first.deliverer.publish(calls.map((call, n) => event(n, `call-${call}`)));
  if (crashAfter !== undefined) {
    await until(() => received().length >= Math.min(crashAfter, calls.length));
    await first.deliverer.close(AbortSignal.abort());
    last = start();
  }
  await last.deliverer.idle();
  await last.deliverer.close();
  expect(await outbox.countPending()).toBe(0);
  const sent = first === last ? first.sent : [...first.sent, ...last.sent];
  return { sent: sent.map(numberOf), received: received() };
}

/** The first of each, in order, of the events of one call. */
function firsts(numbers: readonly number[], calls: readonly number[], call: number): number[] {
  return [...new Set(numbers)].filter((n) => calls[n] === call);
}

test('whatever a receiver does, it gets every event, first in order per call, again only under the same id', async () => {
  const receiver = await givenReceiver();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(script, async (planned) => {
      const { calls, hold } = planned;
      runs += 1;
      const { sent, received } = await play(receiver, `/${runs}`, planned);
      const got = received.map(({ body }) => numberOf(body));
      const all = calls.map((_, n) => n);
      expect([...new Set(got)].sort((a, b) => a - b)).toEqual(all);
      for (const call of new Set(calls)) {
        const inOrder = all.filter((n) => calls[n] === call);
        expect(firsts(sent, calls, call)).toEqual(inOrder);
        // What is set aside may not have arrived: it was sent first, but the receiver can be too busy to read it.
        if (hold === longHold) expect(firsts(got, calls, call)).toEqual(inOrder);
      }
      const ids = received.map(({ headers, body }) => `${headers['webhook-id']} ${body}`);
      expect(new Set(ids).size).toBe(calls.length);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 4_000 },
  );
});
