import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const played = (given: ReturnType<typeof givenCall>) =>
  given.asterisk.requests.flatMap(({ operation, body }) => (operation.name === 'play' ? body?.media : []));

test('answers, and plays one sound after the other', async () => {
  const given = givenCall({ soundLength: 1_000 });
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:b/c'] });
  await pass(1_999);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.call.isUp).toBe(true);
  expect(played(given)).toEqual(['sound:a', 'sound:b/c']);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('plays the list `loop` times', async () => {
  const given = givenCall();
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:b'], loop: 3 });
  await pass();
  expect(flow.at).toBe('after');
  expect(played(given)).toEqual(['sound:a', 'sound:b', 'sound:a', 'sound:b', 'sound:a', 'sound:b']);
  given.hangup();
  await flow.done;
});

test('skips what cannot be played', async () => {
  const given = givenCall();
  given.asterisk.missingSounds.add('sound:bad');
  const flow = given.runOne('play', { stream_urls: ['sound:bad', 'sound:b'] });
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', []]);
  expect(played(given)).toEqual(['sound:bad', 'sound:b']);
  given.hangup();
  await flow.done;
});

test('fails when nothing can be played, after one round', async () => {
  const given = givenCall();
  given.asterisk.missingSounds.add('sound:bad');
  const flow = given.runOne('play', { stream_urls: ['sound:bad', 'sound:bad'], loop: 1_000 });
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['PLAYBACK_FAILED']]);
  expect(played(given)).toHaveLength(2);
  given.hangup();
  await flow.done;
});

describe('a digit', () => {
  test('with `digits_handle: next` ends it all at once, and stays', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.run(
      { type: 'play', option: { stream_urls: ['sound:a', 'sound:b'], digits_handle: 'next', loop: 5 } },
      { id: 'digits', type: 'digits_receive' },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass(1_000);
    given.press('5');
    await pass();
    expect(flow.at).toBe('after');
    expect(flow.variable('voipbin.call.digits')).toBe('5');
    expect(played(given)).toEqual(['sound:a']);
    expect(given.asterisk.playing).toEqual([]);
    given.hangup();
    await flow.done;
  });

  test('otherwise is kept, and the sound goes on', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.runOne('play', { stream_urls: ['sound:a'] });
    await pass(1_000);
    given.press('5');
    await pass(8_999);
    expect(flow.at).toBe('it');
    await pass(1);
    expect(flow.at).toBe('after');
    given.hangup();
    await flow.done;
  });

  test('from before it does not skip it', async () => {
    const given = givenCall({ soundLength: 1_000 });
    given.press('5');
    const flow = given.runOne('play', { stream_urls: ['sound:a'], digits_handle: 'next' });
    await pass(999);
    expect(flow.at).toBe('it');
    await pass(1);
    expect(flow.at).toBe('after');
    given.hangup();
    await flow.done;
  });
});

test('ends at once when the caller hangs up', async () => {
  const given = givenCall({ soundLength: 10_000 });
  const flow = given.runOne('play', { stream_urls: ['sound:a', 'sound:b'], loop: 9 });
  await pass(1_000);
  given.hangup();
  await flow.done;
  expect(played(given)).toEqual(['sound:a']);
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

test('ends the sound when the flow is stopped', async () => {
  const given = givenCall({ soundLength: 10_000 });
  const flow = given.runOne('play', { stream_urls: ['sound:a'] });
  await pass(1_000);
  flow.activeflow.stop();
  await flow.done;
  expect(given.asterisk.asked).toEqual(['answer', 'play', 'stop', 'hangup']);
  given.expectNothingLeft();
});

test.each([
  'sound:../etc/passwd', 'sound:/etc/passwd', 'sound:a,b', 'sound:a b', 'sound:', 'file:///etc/passwd', 'tone:1000', 'sound:a.wav',
  'sound:http://x/y', 'recording:../../x', '',
])('does not take %j', (url) => {
  expect(catalogue.get('play')?.option.safeParse({ stream_urls: [url] }).success).toBe(false);
}); // biome-ignore format: a list of names
