import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('answers, bridges the call with a mirror for the duration, and takes it out again', async () => {
    const given = givenCall({ events });
    const flow = given.runOne('echo', { duration: 3_000 });
    await pass(2_900);
    expect(flow.at).toBe('it');
    expect(given.call.isUp).toBe(true);
    const [bridge] = given.asterisk.bridges.values();
    expect(bridge?.json.channels).toHaveLength(2);
    expect(bridge?.json.channels).toContain(given.channel.id);
    await pass(200);
    expect([flow.at, given.failures]).toEqual(['after', []]);
    expect(given.asterisk.bridges.size).toBe(0);
    expect([...given.asterisk.channels.keys()]).toEqual([given.channel.id]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('ends at once when the caller hangs up', async () => {
    const given = givenCall({ events });
    const flow = given.runOne('echo');
    await pass(1_000);
    given.hangup();
    await flow.done;
    expect(given.failures).toEqual([]);
    expect(given.asterisk.bridges.size).toBe(0);
    given.expectNothingLeft();
  });
});

test('keeps the digits for the flow and does not give them back', async () => {
  const given = givenCall();
  const flow = given.runOne('echo');
  await pass(100);
  given.press('1#');
  expect(await given.call.digits.take(0, given.call.scope.signal)).toBe('1');
  const joined = given.asterisk.requests.filter(({ operation }) => operation.name === 'addChannel');
  expect(joined.map(({ query }) => [query.channel === given.channel.id, query.absorbDTMF])).toEqual([
    [false, 'false'],
    [true, 'true'],
  ]);
  given.hangup();
  await flow.done;
});

test('lasts three minutes unless told otherwise, and an hour at most', async () => {
  const given = givenCall();
  const flow = given.runOne('echo');
  await pass(179_000);
  expect(flow.at).toBe('it');
  await pass(2_000);
  expect(flow.at).toBe('after');
  given.hangup();
  await flow.done;
});

test.each(['originate', 'bridges.createWithId', 'bridges.addChannel'])(
  'is a failure where Asterisk refuses %s',
  async (operation) => {
    const given = givenCall();
    given.asterisk.fault(operation, { status: 500 });
    const flow = given.runOne('echo', { duration: 1_000 });
    await pass(100);
    expect(flow.at).toBe('after');
    expect(given.failures).toEqual([operation === 'originate' ? 'ECHO_FAILED' : 'BRIDGE_FAILED']);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  },
);

test('is a failure where the mirror breaks', async () => {
  const given = givenCall();
  const flow = given.runOne('echo', { duration: 60_000 });
  await pass(1_000);
  const mirror = [...given.asterisk.channels.values()].find(({ id }) => id.includes('-echo-'));
  if (!mirror) throw new Error('there is no mirror');
  given.asterisk.end(mirror, { by: 'them' });
  await pass(100);
  expect([flow.at, given.failures]).toEqual(['after', ['ECHO_FAILED']]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
