import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['normal', 603, 16],
  ['cancel', 603, 16],
  ['busy', 486, 17],
  ['noanswer', 480, 19],
  ['failed', 503, 34],
] as const)('%s is SIP %d before the answer and cause %d after it', async (reason, status, cause) => {
  const ringing = givenCall();
  await ringing.run({ type: 'hangup', option: { reason } }).done;
  expect(await ringing.channel.ended.promise).toEqual({ by: 'them', status });
  expect(ringing.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: reason }]);
  ringing.expectNothingLeft();

  const answered = givenCall({ state: 'Up' });
  await answered.run({ type: 'hangup', option: { reason } }).done;
  expect(await answered.channel.ended.promise).toEqual({ by: 'them', cause });
  expect(answered.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: reason }]);
});

test('is normal without a reason, and nothing behind it is run', async () => {
  const given = givenCall();
  const flow = given.run({ type: 'hangup' }, { type: 'variable_set', option: { key: 'x', value: 'run' } });
  await flow.done;
  expect(flow.variable('x')).toBe('');
  expect(given.of('call_hungup')).toMatchObject([{ hangup_reason: 'normal' }]);
  expect(given.failures).toEqual([]);
});

test('when the caller was quicker, it was the caller', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'sleep', option: { duration: 100 } },
    { type: 'hangup', option: { reason: 'busy' } },
  );
  await pass();
  given.hangup();
  await flow.done;
  expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
  given.expectNothingLeft();
});

test('that gets lost is asked for again', async () => {
  const given = givenCall();
  given.asterisk.fault('hangup', { isIgnored: true, times: 1 });
  const flow = given.run({ type: 'hangup' });
  await pass(5_000);
  await flow.done;
  expect(given.asterisk.asked).toEqual(['hangup', 'hangup']);
  given.expectNothingLeft();
});
