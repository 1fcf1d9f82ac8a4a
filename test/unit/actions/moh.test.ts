import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('answers, and lets the caller hear music; the flow goes on', async () => {
  const given = givenCall();
  const flow = given.runOne('moh');
  await pass();
  expect([flow.at, given.call.isUp, given.channel.isOnHold]).toEqual(['after', true, true]);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

test('plays a sound that is named, and what everybody hears after it', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'moh', option: { music: 'sound:my/music' } },
    { id: 'named', type: 'sleep', option: { duration: 1_000 } },
    { type: 'moh' },
    { id: 'after', ...longSleep },
  );
  await pass();
  expect([flow.at, given.call.record.moh, given.channel.isOnHold]).toEqual(['named', 'sound:my/music', true]);
  expect(given.channel.variables.get('CHANNEL(musicclass)')).toBe('class of sound:my/music');
  await pass(1_000);
  expect([flow.at, given.call.record.moh]).toEqual(['after', 'default']);
  expect(given.channel.variables.get('CHANNEL(musicclass)')).toBe('default');
  given.hangup();
  await flow.done;
});

test('is a failure where there is no such sound', async () => {
  const given = givenCall();
  given.music.missing.add('sound:nobody');
  const flow = given.runOne('moh', { music: 'sound:nobody' });
  await pass();
  expect([flow.at, given.failures, given.channel.isOnHold]).toEqual(['after', ['MOH_FAILED'], false]);
  given.hangup();
  await flow.done;
});

test('begins behind what is still to be heard', async () => {
  const given = givenCall({ soundLength: 3_000 });
  const flow = given.run(
    { type: 'talk', option: { text: 'hello', async: true } },
    { id: 'it', type: 'moh' },
    { id: 'after', ...longSleep },
  );
  await pass(2_999);
  expect([flow.at, given.channel.isOnHold]).toEqual(['it', false]);
  await pass(1);
  expect([flow.at, given.channel.isOnHold]).toEqual(['after', true]);
  given.hangup();
  await flow.done;
});

test('is a failure where Asterisk refuses', async () => {
  const given = givenCall();
  given.asterisk.fault('startMoh', { status: 500 });
  const flow = given.runOne('moh');
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['MOH_FAILED']]);
  given.hangup();
  await flow.done;
});

test('ends at once when the caller hangs up while it waits', async () => {
  const given = givenCall({ soundLength: 'manual' });
  const flow = given.run({ type: 'talk', option: { text: 'hello', async: true } }, { type: 'moh' });
  await pass(100);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});
