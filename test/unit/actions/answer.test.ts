import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each(['before', 'after'] as const)(
  'is done when the call is up (events %s the answer)',
  async (events) => {
    const given = givenCall({ events });
    const flow = given.runOne('answer');
    await pass();
    expect(flow.at).toBe('after');
    expect(given.of('call_answered')).toMatchObject([
      { status: 'progressing', action: { id: 'it', type: 'answer' } },
    ]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  },
);

test('is done at once where the call is up already', async () => {
  const given = givenCall({ state: 'Up' });
  const flow = given.runOne('answer');
  await pass();
  expect(flow.at).toBe('after');
  expect(given.asterisk.asked).toEqual([]);
  given.hangup();
  await flow.done;
});

test('that does not come about in five seconds is a failure', async () => {
  const given = givenCall();
  given.asterisk.fault('answer', { isIgnored: true });
  const flow = given.runOne('answer');
  await pass(4_999);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual(['ANSWER_FAILED']);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('ends at once when the caller gives up meanwhile', async () => {
  const given = givenCall();
  given.asterisk.fault('answer', { delay: 5_000 });
  const flow = given.runOne('answer');
  await pass(1_000);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  expect(given.of('call_answered')).toEqual([]);
  await pass(5_000);
  given.expectNothingLeft();
});
