import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('answers, and tells the phone that it is on hold; the flow goes on', async () => {
  const given = givenCall();
  const flow = given.runOne('hold');
  await pass();
  expect([flow.at, given.call.isUp, given.channel.isHeld]).toEqual(['after', true, true]);
  expect(given.channel.variables.get('PJSIP_MOH_PASSTHROUGH()')).toBe('no');
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

test('waits for what is still to be heard', async () => {
  const given = givenCall({ soundLength: 3_000 });
  const flow = given.run(
    { type: 'talk', option: { text: 'hello', async: true } },
    { id: 'it', type: 'hold' },
    { id: 'after', ...longSleep },
  );
  await pass(2_999);
  expect([flow.at, given.channel.isHeld]).toEqual(['it', false]);
  await pass(1);
  expect([flow.at, given.channel.isHeld]).toEqual(['after', true]);
  given.hangup();
  await flow.done;
});

test.each(['setChannelVar', 'hold'])('is a failure where Asterisk refuses %s', async (operation) => {
  const given = givenCall();
  given.asterisk.fault(operation, { status: 500 });
  const flow = given.runOne('hold');
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['HOLD_FAILED']]);
  given.hangup();
  await flow.done;
});

test('ends at once when the caller hangs up while it waits', async () => {
  const given = givenCall({ soundLength: 'manual' });
  const flow = given.run({ type: 'talk', option: { text: 'hello', async: true } }, { type: 'hold' });
  await pass(100);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});
