import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('tells the phone that it is no longer on hold', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'hold' },
    { type: 'sleep', option: { duration: 1_000 } },
    { type: 'unhold' },
    { id: 'after', ...longSleep },
  );
  await pass(999);
  expect(given.channel.isHeld).toBe(true);
  await pass(1);
  expect([flow.at, given.channel.isHeld]).toEqual(['after', false]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('is no failure where it was not on hold, but where Asterisk refuses', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'unhold' },
    { id: 'at', type: 'sleep', option: { duration: 1_000 } },
    { type: 'unhold' },
  );
  await pass();
  expect([flow.at, given.failures]).toEqual(['at', []]);
  given.asterisk.fault('unhold', { status: 500 });
  await pass(1_000);
  expect(given.failures).toEqual(['HOLD_FAILED']);
  given.hangup();
  await flow.done;
});
