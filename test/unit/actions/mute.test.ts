import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  [{ direction: 'in' }, ['in']],
  [{ direction: 'out' }, ['out']],
  [{ direction: 'both' }, ['in', 'out']],
  [{}, ['in', 'out']],
])('%j answers, and mutes these ways; the flow goes on', async (option, ways) => {
  const given = givenCall();
  const flow = given.runOne('mute', option);
  await pass();
  expect([flow.at, given.call.isUp]).toEqual(['after', true]);
  expect([...given.channel.muted].sort()).toEqual(ways);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

test('one way stays muted when the other one is', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'mute', option: { direction: 'in' } },
    { type: 'mute', option: { direction: 'out' } },
    { id: 'after', ...longSleep },
  );
  await pass();
  expect([...given.channel.muted].sort()).toEqual(['in', 'out']);
  given.hangup();
  await flow.done;
});

test('is a failure where Asterisk refuses', async () => {
  const given = givenCall();
  given.asterisk.fault('mute', { status: 500 });
  const flow = given.runOne('mute');
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['MUTE_FAILED']]);
  given.hangup();
  await flow.done;
});
