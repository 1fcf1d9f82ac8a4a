import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([1, 1_000, 3_600_000])('takes %d ms, and answers nothing', async (duration) => {
  const given = givenCall();
  const flow = given.runOne('sleep', { duration });
  await pass(duration - 1);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.asterisk.asked).toEqual([]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('without a duration takes none', async () => {
  const given = givenCall();
  const flow = given.runOne('sleep');
  await pass();
  expect(flow.at).toBe('after');
  given.hangup();
  await flow.done;
});

test('keeps the digits pressed meanwhile', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'sleep', option: { duration: 1_000 } },
    { type: 'digits_receive', option: { length: 2 } },
  );
  await pass(500);
  given.press('42');
  await pass(500);
  expect(flow.variable('voipbin.call.digits')).toBe('42');
  await flow.done;
});

test('ends at once when the caller hangs up', async () => {
  const given = givenCall();
  const flow = given.runOne('sleep', { duration: 3_600_000 });
  await pass(1_000);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
