import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function sleeping(): Promise<CallFixture> {
  const given = givenCall();
  given.run({ id: 'answer', type: 'answer' }, { id: 'sleep', ...longSleep });
  await pass(1_000);
  return given;
}

const ends = ({ types }: CallFixture) => types.filter((type) => /hungup|deleted/.test(type));

test('a flow goes on at its action, for the time that is left, and nothing is told of that', async () => {
  const given = givenCall();
  given.run({ id: 'short', type: 'sleep', option: { duration: 5_000 } }, { id: 'after', ...longSleep });
  await pass(2_000);
  const told = given.types;
  const life = await given.restart();
  await pass(2_900);
  expect(life.types).toEqual(told);
  expect(life.flow.at).toBe('short');
  await pass(2_200);
  expect(life.flow.at).toBe('after');
  life.hangup();
  await pass(1_000);
  life.expectNothingLeft();
});

test('a call goes on as it was: with its digits, its flow, its end by the time limit of before', async () => {
  const given = givenCall({ maxDuration: 60_000 });
  given.run({ id: 'answer', type: 'answer' }, { id: 'sleep', ...longSleep });
  await pass(30_000);
  given.press('12');
  const { record } = given.call;
  const life = await given.restart();
  expect(life.call.digits.kept).toBe('12');
  expect(life.call.record).toEqual(record);
  expect(life.call.isUp).toBe(true);
  await pass(29_000);
  expect(life.call.isEnded).toBe(false);
  await pass(2_000);
  expect(life.call.record).toMatchObject({ status: 'hangup', hangup_reason: 'timeout' });
  expect(ends(life)).toEqual(['call_hungup', 'activeflow_deleted']);
  life.expectNothingLeft();
});

test('a call that was hung up in the gap ends once, and its flow with it', async () => {
  const given = await sleeping();
  const { onEvent } = given.asterisk;
  given.asterisk.onEvent = () => undefined;
  given.asterisk.hangup(given.channel);
  given.asterisk.onEvent = onEvent;
  const life = await given.restart();
  await pass(6_000);
  expect(ends(life)).toEqual(['call_hungup', 'activeflow_deleted']);
  expect(life.call.record).toMatchObject({ hangup_by: 'remote', hangup_reason: 'failed' });
  life.expectNothingLeft();
});

test('a call whose hang-up was under way is hung up, for the same reason', async () => {
  const given = await sleeping();
  given.asterisk.fault('hangup', { isUnanswered: true });
  given.call.hangup('amd');
  given.asterisk.mend();
  const life = await given.restart();
  await pass(10_000);
  expect(life.call.record).toMatchObject({ hangup_by: 'local', hangup_reason: 'amd' });
  expect(ends(life)).toEqual(['call_hungup', 'activeflow_deleted']);
  life.expectNothingLeft();
});

test('a second kill is no worse than the first', async () => {
  const given = await sleeping();
  const life = await (await given.restart()).restart();
  await pass(1_000);
  expect(life.flow.at).toBe('sleep');
  expect(life.types).toEqual(given.types);
  life.hangup();
  await pass(6_000);
  life.expectNothingLeft();
});

test('without Asterisk all ends after thirty seconds, once', async () => {
  const given = await sleeping();
  const life = await given.restart({ isAway: true });
  await pass(29_000);
  expect(ends(life)).toEqual([]);
  await pass(2_000);
  expect(ends(life)).toEqual(['call_hungup', 'activeflow_deleted']);
  expect(life.calls.size).toBe(0);
});
