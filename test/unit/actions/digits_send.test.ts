import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sent = (given: ReturnType<typeof givenCall>) =>
  given.asterisk.requests.flatMap(({ operation, query }) => (operation.name === 'sendDTMF' ? [query] : []));

test('answers, sends the digits and waits until the last one is out', async () => {
  const given = givenCall();
  const flow = given.runOne('digits_send', { digits: '12#', duration: 300, interval: 500 });
  // 100 ms of Asterisk's own, three digits, two pauses.
  await pass(100 + 3 * 300 + 2 * 500 - 1);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.call.isUp).toBe(true);
  expect(sent(given)).toEqual([{ dtmf: '12#', duration: '300', between: '500' }]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('without times takes 100 ms for each, and a pause of 0 for none', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'digits_send', option: { digits: '1' } },
    { type: 'digits_send', option: { digits: '22', interval: 0 } },
    { id: 'after', type: 'sleep', option: { duration: 60_000 } },
  );
  await pass(200 + 301);
  expect(flow.at).toBe('after');
  expect(sent(given)).toEqual([
    { dtmf: '1', duration: '100', between: '100' },
    { dtmf: '22', duration: '100', between: '1' }, // 0 would be Asterisk's 100
  ]);
  given.hangup();
  await flow.done;
});

test('waits for what is still to be heard', async () => {
  const given = givenCall({ soundLength: 3_000 });
  const flow = given.run(
    { type: 'talk', option: { text: 'hello', async: true } },
    { type: 'sleep', option: { duration: 100 } },
    { type: 'digits_send', option: { digits: '1' } },
    { id: 'after', type: 'sleep', option: { duration: 60_000 } },
  );
  await pass(2_999);
  expect(sent(given)).toEqual([]);
  await pass(1);
  expect(sent(given)).toHaveLength(1);
  await pass(200);
  expect(flow.at).toBe('after');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('is not done before Asterisk is, should that take longer', async () => {
  const given = givenCall();
  const flow = given.runOne('digits_send', { digits: '1' });
  await pass();
  given.asterisk.fault('answer', { delay: 700 });
  await pass(200 + 699);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual([]);
  given.hangup();
  await flow.done;
});

test('that Asterisk refuses has failed, with a code', async () => {
  const given = givenCall();
  given.asterisk.fault('sendDTMF', { status: 500 });
  const flow = given.runOne('digits_send', { digits: '1' });
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['DIGITS_NOT_SENT']]);
  given.hangup();
  await flow.done;
});

test.each([0, 50, 5_000])('ends at once when the caller hangs up after %d ms', async (ms) => {
  const given = givenCall();
  const flow = given.runOne('digits_send', { digits: '1234567890', duration: 1_000 });
  await pass(ms);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

describe('takes', () => {
  const isValid = (option: object) => catalogue.get('digits_send')?.option.safeParse(option).success;

  test('1 to 100 of the sixteen keys, within the times', () => {
    for (const option of [
      { digits: '0123456789ABCD*#' },
      { digits: '1'.repeat(100), duration: 1_000, interval: 5_000 },
      { digits: '1', duration: 100, interval: 0 },
    ])
      expect(isValid(option)).toBe(true);
  });

  test.each([
    {},
    { digits: '' },
    { digits: '1'.repeat(101) },
    { digits: '1w2' },
    { digits: 'a' },
    { digits: 'E' },
    { digits: '1 2' },
    { digits: 12 },
    { digits: '1', duration: 99 },
    { digits: '1', duration: 1_001 },
    { digits: '1', interval: -1 },
    { digits: '1', interval: 5_001 },
    { digits: '1', duration: 100.5 },
  ])('not %j', (option) => {
    expect(isValid(option)).toBe(false);
  });
});
