import { afterEach, beforeEach, expect, test } from 'vitest';
import { Breaker } from '../../../src/core/breaker.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});
afterEach(() => clock[Symbol.dispose]());

function given() {
  const told: string[] = [];
  const breaker = new Breaker({
    onRest: (ms) => told.push(`rest ${ms}`),
    onBack: () => told.push('back'),
  });
  const fail = (how: 'passing' | 'lasting' = 'passing') => {
    using attempt = breaker.enter();
    attempt?.failed(how);
    return attempt !== undefined;
  };
  return { breaker, told, fail };
}

test('lets everybody try until three tries in a row have failed', () => {
  const { breaker, told, fail } = given();
  fail();
  fail();
  breaker.enter()?.succeeded();
  expect([fail(), fail(), fail()]).toEqual([true, true, true]);
  expect(breaker.enter()).toBeUndefined();
  expect(told).toEqual(['rest 20000']);
});

test('lets one try after a while, and all others once that has gone well', async () => {
  const { breaker, told, fail } = given();
  for (let count = 0; count < 3; count++) fail();
  await clock.pass(19_999);
  expect(breaker.enter()).toBeUndefined();
  await clock.pass(1);
  const probe = breaker.enter();
  expect(probe).toBeDefined();
  expect(breaker.enter()).toBeUndefined();
  probe?.succeeded();
  expect([breaker.isResting, fail()]).toEqual([false, true]);
  expect(told).toEqual(['rest 20000', 'back']);
});

test('a try that fails again is a longer rest, but five minutes at most', async () => {
  const { told, fail } = given();
  for (let count = 0; count < 3; count++) fail();
  for (let count = 0; count < 6; count++) {
    await clock.pass(300_000);
    fail();
  }
  expect(told).toEqual([20, 40, 80, 160, 300, 300, 300].map((seconds) => `rest ${seconds * 1_000}`));
});

test('a failure that lasts is a rest at once', () => {
  const { breaker, told, fail } = given();
  fail('lasting');
  expect(breaker.enter()).toBeUndefined();
  expect(told).toEqual(['rest 60000']);
});

test('a try without a result leaves the next one to somebody else', async () => {
  const { breaker, fail } = given();
  fail('lasting');
  await clock.pass(60_000);
  breaker.enter()?.[Symbol.dispose]();
  expect(breaker.enter()).toBeDefined();
});

test('what had begun before the rest does not make it longer', () => {
  const { breaker, told } = given();
  const tries = Array.from({ length: 10 }, () => breaker.enter());
  for (const attempt of tries) attempt?.failed('passing');
  expect(told).toEqual(['rest 20000']);
});
