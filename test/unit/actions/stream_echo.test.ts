import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('gives voice and digits back for the duration; the flow has the digits too', async () => {
  const given = givenCall();
  const flow = given.runOne('stream_echo', { duration: 3_000 });
  await pass(2_900);
  given.press('7');
  expect(flow.at).toBe('it');
  const joined = given.asterisk.requests.filter(({ operation }) => operation.name === 'addChannel');
  expect(joined.map(({ query }) => query.absorbDTMF)).toEqual(['false', 'false']);
  expect(await given.call.digits.take(0, given.call.scope.signal)).toBe('7');
  await pass(200);
  expect([flow.at, given.failures]).toEqual(['after', []]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('ends at once when the caller hangs up', async () => {
  const given = givenCall();
  const flow = given.runOne('stream_echo');
  await pass(1_000);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});
