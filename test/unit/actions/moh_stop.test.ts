import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('stops the music', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'moh' },
    { type: 'sleep', option: { duration: 1_000 } },
    { type: 'moh_stop' },
    { id: 'after', ...longSleep },
  );
  await pass(999);
  expect(given.channel.isOnHold).toBe(true);
  await pass(1);
  expect([flow.at, given.channel.isOnHold]).toEqual(['after', false]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('is no failure where there is none, but where Asterisk refuses', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'moh_stop' },
    { id: 'at', type: 'sleep', option: { duration: 1_000 } },
    { type: 'moh_stop' },
  );
  await pass();
  expect([flow.at, given.failures]).toEqual(['at', []]);
  given.asterisk.fault('stopMoh', { status: 500 });
  await pass(1_000);
  expect(given.failures).toEqual(['MOH_FAILED']);
  given.hangup();
  await flow.done;
});
