import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  [{ direction: 'in' }, ['out']],
  [{ direction: 'out' }, ['in']],
  [{}, []],
])('%j leaves muted what it does not name', async (option, left) => {
  const given = givenCall();
  const flow = given.run({ type: 'mute' }, { type: 'unmute', option }, { id: 'after', ...longSleep });
  await pass();
  expect([flow.at, [...given.channel.muted]]).toEqual(['after', left]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('is no failure where it was not muted, but where Asterisk refuses', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'unmute' },
    { id: 'at', type: 'sleep', option: { duration: 1_000 } },
    { type: 'unmute' },
  );
  await pass();
  expect([flow.at, given.failures]).toEqual(['at', []]);
  given.asterisk.fault('unmute', { status: 500 });
  await pass(1_000);
  expect(given.failures).toEqual(['MUTE_FAILED']);
  given.hangup();
  await flow.done;
});
