import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('with Asterisk gone for good every call is over at once, its flow with it', async () => {
  const given = givenCall();
  const flow = given.run({ type: 'answer' }, longSleep);
  await pass();
  given.asterisk.channels.clear();
  given.calls.giveUp();
  await flow.done;
  expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'failed' }]);
  expect(given.types.at(-1)).toBe('activeflow_deleted');
  await pass(20_000);
  given.expectNothingLeft();
});

test('so is one that failed while it was being made, whose channel nobody can ask for', async () => {
  const given = givenCall();
  await pass();
  const made = given.calls.outgoing({ source: telAddress('100'), destination: telAddress('+4930') });
  made.announce(zeroId);
  given.asterisk.fault('hangup', { isUnanswered: true });
  made.hangup('failed');
  await pass();
  expect(made.isEnded).toBe(false);
  given.calls.giveUp();
  expect(made.isEnded).toBe(true);
});

test('a channel of one that is back all the same is hung up by the sweep', async () => {
  const given = givenCall();
  given.run({ type: 'answer' }, longSleep);
  await pass();
  given.calls.giveUp();
  await given.calls.reconcile(given.scope.signal);
  await pass(5_000);
  expect(given.of('call_hungup')).toHaveLength(1);
  given.expectNothingLeft();
});

test('calls whose events somebody else gets are hung up, and over without hearing of it', async () => {
  const given = givenCall();
  const flow = given.run({ type: 'answer' }, longSleep);
  const other = given.asterisk.dial({ number: '200' });
  await pass();
  given.asterisk.onEvent = () => undefined;
  const over = given.calls.surrender(given.scope.signal);
  await pass(1_000);
  await over;
  await flow.done;
  expect(await other.ended.promise).toMatchObject({ by: 'them' });
  expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'failed' }]);
  expect(given.types.at(-1)).toBe('activeflow_deleted');
  await pass(20_000);
  given.expectNothingLeft();
});
