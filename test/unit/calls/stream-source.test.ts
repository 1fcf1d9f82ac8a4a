import { expect, test } from 'vitest';
import type { Ari } from '../../../src/ari/ari.ts';
import { StreamSource } from '../../../src/calls/stream-source.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

/** A stream of which Asterisk says, one look after another, that so many packets have come; and for ever the last of these. */
function given(counts: readonly (number | Error)[]) {
  let looks = 0;
  const ari = {
    rtpStatistics: async () => {
      const rxcount = counts[Math.min(looks++, counts.length - 1)] ?? 0;
      if (rxcount instanceof Error) throw rxcount;
      return { remote_ssrc: 0, rxcount, rxploss: 0 };
    },
  } as unknown as Ari;
  const source = new StreamSource({ ari, channelId: 'channel', writeDown: () => undefined });
  return { source, looks: () => looks };
}

/** How long it takes, in milliseconds. */
async function lasts(clock: VirtualClock, waiting: Promise<unknown>): Promise<number> {
  let isOver = false;
  const over = waiting.finally(() => {
    isOver = true;
  });
  let time = 0;
  for (; !isOver && time < 10_000; time += 10) await clock.pass(10);
  await over;
  return time;
}

const { signal } = new AbortController();

test('a party who agrees on keys behind the answer is waited for until his first packet, two seconds at most', async () => {
  using clock = new VirtualClock();
  const soon = given([0, 0, 0, 1]);
  soon.source.comesLate();
  const time = await lasts(clock, soon.source.begun(signal));
  expect(time).toBeGreaterThanOrEqual(150);
  expect(time).toBeLessThan(300);
  const never = given([0]);
  never.source.comesLate();
  const longest = await lasts(clock, never.source.begun(signal));
  expect(longest).toBeGreaterThanOrEqual(2_000);
  expect(longest).toBeLessThan(2_200);
  expect(clock.waiting).toBe(0);
});

test('anybody else is not, and costs Asterisk no question', async () => {
  const { source, looks } = given([0]);
  await source.begun(signal);
  expect(looks()).toBe(0);
});

test('an Asterisk that does not say keeps nobody, and an end ends it', async () => {
  using clock = new VirtualClock();
  const silent = given([new Error('no')]);
  silent.source.comesLate();
  await silent.source.begun(signal);
  const { source } = given([0]);
  source.comesLate();
  const end = new AbortController();
  const waiting = source.begun(end.signal);
  end.abort(new Error('hung up'));
  await expect(waiting).rejects.toThrow('hung up');
  expect(clock.waiting).toBe(0);
});
