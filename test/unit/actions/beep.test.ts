import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('is done when it was heard, and does not answer', async () => {
  const given = givenCall({ soundLength: 400 });
  const flow = given.runOne('beep');
  await pass(399);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.asterisk.asked).toEqual(['play']);
  expect(given.asterisk.requests[0]?.body).toMatchObject({ media: ['sound:beep'] });
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('that Asterisk cannot play is a failure', async () => {
  const given = givenCall();
  given.asterisk.missingSounds.add('sound:beep');
  const flow = given.runOne('beep');
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['PLAYBACK_FAILED']]);
  given.hangup();
  await flow.done;
});

test('ends at once when the caller hangs up', async () => {
  const given = givenCall({ soundLength: 400 });
  const flow = given.runOne('beep');
  await pass(100);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});
