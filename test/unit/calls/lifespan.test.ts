import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const beeps = ({ asterisk }: CallFixture) =>
  asterisk.requests.filter(
    ({ operation, body }) => operation.name === 'play' && String(body?.media) === 'sound:beep',
  );

const limited = (option: object, given = givenCall()) => {
  const flow = given.run({ type: 'answer', option: { ...option } }, longSleep);
  return { given, flow };
};

test('a call ends when the time is up that its flow gave it at the answer', async () => {
  const { given, flow } = limited({ time_limit: 60_000, time_warning: 10_000 });
  await pass(49_999);
  expect([beeps(given).length, given.of('call_expiring')]).toEqual([0, []]);
  await pass(1);
  expect(given.of('call_expiring')).toMatchObject([{ id: given.call.id, status: 'progressing' }]);
  expect(beeps(given)).toHaveLength(1);
  await pass(9_999);
  expect(given.call.isEnded).toBe(false);
  await pass(1);
  await flow.done;
  expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'timeout' }]);
  given.expectNothingLeft();
});

test('half a minute before it is warned unless something else is said, and never where it is shorter than that', async () => {
  const { given } = limited({ time_limit: 60_000 });
  await pass(30_000);
  expect(beeps(given)).toHaveLength(1);
  const short = limited({ time_limit: 20_000 });
  await pass(20_000);
  expect([beeps(short.given).length, short.given.call.isEnded]).toEqual([0, true]);
  const silent = limited({ time_limit: 60_000, time_warning: 0 });
  await pass(60_000);
  expect([beeps(silent.given).length, silent.given.call.isEnded]).toEqual([0, true]);
});

test('the newest limit counts, and no call lives longer than any may', async () => {
  const given = givenCall({ maxDuration: 50_000 });
  const again = { type: 'answer', option: { time_limit: 60_000, time_warning: 5_000 } };
  limited({ time_limit: 10_000 }, given);
  await pass(1_000);
  given.run(again, longSleep);
  await pass(43_999);
  expect(beeps(given)).toHaveLength(0);
  await pass(1);
  expect(beeps(given)).toHaveLength(1);
  await pass(5_000);
  expect(given.of('call_hungup')).toMatchObject([{ hangup_reason: 'timeout' }]);
});

test('a kill changes nothing of it, and nobody is warned twice', async () => {
  const { given } = limited({ time_limit: 60_000, time_warning: 20_000 });
  await pass(30_000);
  const after = await given.restart();
  await pass(10_000);
  expect(beeps(after)).toHaveLength(1);
  const again = await after.restart();
  await pass(19_999);
  expect([beeps(again).length, again.call.isEnded]).toEqual([1, false]);
  await pass(1);
  expect(again.of('call_hungup')).toMatchObject([{ hangup_reason: 'timeout' }]);
});

test('one that we make is limited from its answer on', async () => {
  const given = givenCall({ state: 'Up' });
  const destinations = [{ type: 'tel', target: '+4930' }];
  given.run(
    { type: 'call', option: { destinations, actions: [longSleep], time_limit: 60_000, time_warning: 0 } },
    longSleep,
  );
  await pass(1_000);
  const [party] = given.asterisk.legs.parties;
  party?.ring();
  await pass(50_000);
  party?.answer();
  await pass(59_999);
  const ended = () => given.of('call_hungup').filter(({ direction }) => direction === 'outgoing');
  expect(ended()).toEqual([]);
  await pass(1);
  expect(ended()).toMatchObject([{ hangup_by: 'local', hangup_reason: 'timeout' }]);
});
