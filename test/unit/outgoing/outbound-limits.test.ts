import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutboundLimits } from '../../../src/outgoing/outbound-limits.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const refusal = (code: string) => expect.objectContaining({ code });

test('no more begin in a second than may', () => {
  const limits = new OutboundLimits({ perSecond: 2, concurrent: 100 });
  limits.take();
  vi.advanceTimersByTime(500);
  limits.take();
  expect(() => limits.take()).toThrow(refusal('CALLS_TOO_FAST'));
  vi.advanceTimersByTime(499);
  expect(() => limits.take()).toThrow(refusal('CALLS_TOO_FAST'));
  vi.advanceTimersByTime(1);
  limits.take();
  expect(() => limits.take()).toThrow(refusal('CALLS_TOO_FAST'));
});

test('no more live than may; a place is given back once, however often it is said', () => {
  const limits = new OutboundLimits({ perSecond: 100, concurrent: 2 });
  const giveBack = limits.take();
  limits.take();
  expect(() => limits.take()).toThrow(refusal('TOO_MANY_CALLS'));
  giveBack();
  giveBack();
  limits.take();
  expect(() => limits.take()).toThrow(refusal('TOO_MANY_CALLS'));
});

test('asking whether there is room takes none', () => {
  const limits = new OutboundLimits({ perSecond: 3, concurrent: 3 });
  for (let times = 0; times < 10; times++) limits.check(3);
  expect(() => limits.check(4)).toThrow(refusal('TOO_MANY_CALLS'));
});

type Step = { readonly does: 'take' | 'give back' | 'wait'; readonly much: number };
const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('take', 'take', 'give back', 'wait'),
  much: fc.nat({ max: 700 }),
});

test('whatever happens, never more than allowed in any second, or at once; and a call is refused for a reason only', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 8 }),
      (steps, perSecond, concurrent) => {
        const limits = new OutboundLimits({ perSecond, concurrent });
        const begun: number[] = [];
        const places: (() => void)[] = [];
        for (const { does, much } of steps) {
          if (does === 'wait') vi.advanceTimersByTime(much);
          else if (does === 'give back') places.splice(much % (places.length || 1), 1)[0]?.();
          else {
            const now = performance.now();
            const recent = begun.filter((at) => at > now - 1_000).length;
            const isRoom = recent < perSecond && places.length < concurrent;
            let place: (() => void) | undefined;
            try {
              place = limits.take();
            } catch {}
            expect(place !== undefined).toBe(isRoom);
            if (place) {
              places.push(place);
              begun.push(now);
            }
          }
          expect(places.length).toBeLessThanOrEqual(concurrent);
        }
        for (const at of begun)
          expect(begun.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(
            perSecond,
          );
      },
    ),
    { numRuns: 300 },
  );
});
