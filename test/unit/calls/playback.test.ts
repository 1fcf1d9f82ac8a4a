import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { play as playNext } from '../../../src/calls/playback.ts';
import { Prompt } from '../../../src/calls/prompt.ts';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Plays something behind all that the call is to hear. */
async function play(call: Call, media: string, signal: AbortSignal, takesBargeIn = false) {
  using prompt = new Prompt(call, { id: call.resourceId, takesBargeIn });
  return await playNext(prompt, media, signal);
}

test('leaves nobody listening to the call, however much it plays', async () => {
  const given = givenCall();
  const { call } = given;
  const listening = () => getEventListeners(call.hangupSignal, 'abort').length;
  await play(call, 'sound:beep', call.hangupSignal);
  const before = listening();
  for (let count = 0; count < 50; count++) await play(call, 'sound:beep', call.hangupSignal, count % 2 === 0);
  expect(listening()).toBe(before);
});

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('is done when the sound is over', async () => {
    const given = givenCall({ events });
    expect(await play(given.call, 'sound:beep', given.call.hangupSignal)).toBe('done');
    expect(given.call.pendingExpectations).toBe(0);
  });

  test('has failed when there is no such sound', async () => {
    const given = givenCall({ events });
    given.asterisk.missingSounds.add('sound:nothing');
    expect(await play(given.call, 'sound:nothing', given.call.hangupSignal)).toBe('failed');
  });

  test('is stopped by a digit, and has ended then', async () => {
    const given = givenCall({ events, soundLength: 'manual' });
    const playing = play(given.call, 'sound:long', given.call.hangupSignal, true);
    await pass();
    given.press('1');
    expect(await playing).toBe('stopped');
    expect(given.asterisk.playing).toEqual([]);
    expect(given.asterisk.asked).toEqual(['play', 'stop']);
    expect(given.call.pendingExpectations).toBe(0);
  });

  test('ends at once with the call', async () => {
    const given = givenCall({ events, soundLength: 'manual' });
    const playing = play(given.call, 'sound:long', given.call.hangupSignal).catch((error: unknown) => error);
    await pass();
    given.hangup();
    expect(await playing).toMatchObject({ name: 'CallHungUp' });
    await pass();
    given.expectNothingLeft();
  });
});

test('a digit before it begins, or while it is asked for, stops it', async () => {
  const given = givenCall({ soundLength: 'manual' });
  const { hangupSignal: signal } = given.call;
  given.press('1');
  expect(await play(given.call, 'sound:long', signal, true)).toBe('stopped');
  expect(given.asterisk.asked).toEqual([]);
  given.call.digits.clear();
  given.asterisk.fault('play', { delay: 100 });
  const playing = play(given.call, 'sound:long', signal, true);
  await pass(50);
  given.press('1');
  await pass(50);
  expect(await playing).toBe('stopped');
  expect(given.asterisk.playing).toEqual([]);
});

describe('while the phone holds', () => {
  test('it is paused a little before where it was, and goes on afterwards', async () => {
    const given = givenCall({ soundLength: 3_000, state: 'Up' });
    const playing = play(given.call, 'sound:long', given.call.hangupSignal);
    await pass(1_000);
    for (const _ of [1, 2]) {
      given.hold(true);
      await pass(60_000);
      expect(given.asterisk.playing).toHaveLength(1);
      given.hold(false);
      await pass(500);
    }
    await pass(1_000);
    expect(await playing).toBe('done');
    const once = ['reverse', 'pause', 'unpause'];
    expect(orders(given)).toEqual([...once, ...once]);
    expect(given.call.pendingExpectations).toBe(0);
  });

  test('it is not begun, nor one behind another that is at its end', async () => {
    const given = givenCall({ soundLength: 'manual', state: 'Up' });
    const { hangupSignal: signal } = given.call;
    const playing = ['sound:first', 'sound:second'].map((media) => play(given.call, media, signal));
    await pass();
    given.hold(true);
    playing.push(play(given.call, 'sound:third', signal));
    await pass();
    given.asterisk.finishPlayback(given.asterisk.playing[0]?.id ?? '');
    expect(await playing[0]).toBe('done');
    await pass();
    expect(given.asterisk.playing).toEqual([]);
    given.hold(false);
    for (const media of ['sound:second', 'sound:third']) {
      await pass();
      expect(given.asterisk.playing).toMatchObject([{ media }]);
      given.asterisk.finishPlayback(given.asterisk.playing[0]?.id ?? '');
    }
    expect(await Promise.all(playing)).toEqual(['done', 'done', 'done']);
  });

  test('a digit skips it, begun or not', async () => {
    const given = givenCall({ soundLength: 'manual', state: 'Up' });
    const { hangupSignal: signal } = given.call;
    const first = play(given.call, 'sound:first', signal, true);
    await pass();
    given.hold(true);
    const second = play(given.call, 'sound:second', signal, true);
    await pass();
    given.press('1');
    expect(await Promise.all([first, second])).toEqual(['stopped', 'stopped']);
    expect(given.asterisk.asked.filter((name) => name === 'play')).toHaveLength(1);
  });

  test('it waits for half an hour, and ends with the call', async () => {
    const given = givenCall({ soundLength: 3_000, state: 'Up' });
    const { hangupSignal: signal } = given.call;
    const first = play(given.call, 'sound:first', signal);
    await pass(1_000);
    given.hold(true);
    const second = play(given.call, 'sound:second', signal).catch((error: unknown) => error);
    await pass(30 * 60_000);
    expect(given.asterisk.playing).toMatchObject([{ media: 'sound:first' }]);
    await pass(2_500);
    expect(await first).toBe('done');
    given.hangup();
    expect(await second).toMatchObject({ name: 'CallHungUp' });
    await pass();
    given.expectNothingLeft();
  });

  test('one that Asterisk does not pause plays on', async () => {
    const given = givenCall({ soundLength: 3_000, state: 'Up' });
    given.asterisk.fault('control', { status: 500 });
    const playing = play(given.call, 'sound:long', given.call.hangupSignal);
    await pass();
    given.hold(true);
    await pass(3_000);
    expect(await playing).toBe('done');
    expect(given.reported).toEqual([]);
  });
});

function orders({ asterisk }: CallFixture): (string | undefined)[] {
  return asterisk.requests
    .filter(({ operation }) => operation.name === 'control')
    .map(({ query }) => query.operation);
}

test('a stop that fails lets the sound run to its end', async () => {
  const given = givenCall({ soundLength: 3_000 });
  given.asterisk.fault('stop', { status: 500 });
  const playing = play(given.call, 'sound:long', given.call.hangupSignal, true);
  await pass();
  given.press('1');
  await pass(3_000);
  expect(await playing).toBe('stopped');
  expect(given.reported).toEqual([]);
});

test('of whose end no news came is over within five seconds, and was heard', async () => {
  const given = givenCall({ soundLength: 'manual' });
  const playing = play(given.call, 'sound:long', given.call.hangupSignal);
  await pass(6_000);
  given.asterisk.forgetPlayback(given.asterisk.playing[0]?.id ?? '');
  await pass(4_000);
  expect(await playing).toBe('done');
});

test('that is asked about while Asterisk cannot answer goes on', async () => {
  const given = givenCall({ soundLength: 12_000 });
  given.asterisk.fault('get', { status: 503 });
  const playing = play(given.call, 'sound:long', given.call.hangupSignal);
  await pass(12_000);
  expect(await playing).toBe('done');
});

test.each([404, 409, 412, 500])('that Asterisk refuses with %d has failed, with a code', async (status) => {
  const given = givenCall();
  given.asterisk.fault('play', { status });
  await expect(play(given.call, 'sound:beep', given.call.hangupSignal)).rejects.toMatchObject({
    code: 'PLAYBACK_FAILED',
  });
  expect(given.call.pendingExpectations).toBe(0);
});

test('of which no answer came is stopped, should it be playing', async () => {
  const given = givenCall({ soundLength: 'manual' });
  given.asterisk.fault('play', { delay: 10_500 }); // too late, but it plays
  const playing = play(given.call, 'sound:long', given.call.hangupSignal).catch((error: unknown) => error);
  await pass(10_000);
  expect(await playing).toMatchObject({ code: 'PLAYBACK_FAILED' });
  expect(given.asterisk.asked).toEqual(['play', 'stop']);
});

test('that is not wanted any more is stopped before whoever asked goes on', async () => {
  const given = givenCall({ soundLength: 'manual' });
  const abort = new AbortController();
  const playing = play(given.call, 'sound:long', abort.signal).catch((error: unknown) => error);
  await pass();
  abort.abort(new Error('not wanted'));
  expect(await playing).toMatchObject({ message: 'not wanted' });
  expect(given.asterisk.playing).toEqual([]);
  expect(given.call.pendingExpectations).toBe(0);
});

test('that is not wanted any more and does not end does not hold up for ever', async () => {
  const given = givenCall({ soundLength: 'manual' });
  given.asterisk.fault('stop', { isIgnored: true });
  const abort = new AbortController();
  const playing = play(given.call, 'sound:long', abort.signal).catch((error: unknown) => error);
  await pass();
  abort.abort(new Error('not wanted'));
  await pass(2_000);
  expect(await playing).toMatchObject({ message: 'not wanted' });
  expect(given.call.pendingExpectations).toBe(0);
});

test('more than ten that wait are refused, until one has been heard', async () => {
  const given = givenCall({ soundLength: 1_000 });
  const { hangupSignal: signal } = given.call;
  const start = () => play(given.call, 'sound:a', signal);
  const playing = Array.from({ length: 10 }, start);
  await expect(start()).rejects.toMatchObject({ code: 'TOO_MANY_PLAYBACKS' });
  await pass(1_000);
  playing.push(start());
  await pass(10_000);
  expect(await Promise.all(playing)).toEqual(playing.map(() => 'done'));
});

test('each has an id of its own, which says whose it is', async () => {
  const given = givenCall();
  for (let round = 0; round < 2; round++) await play(given.call, 'sound:beep', given.call.hangupSignal);
  const ids = given.asterisk.requests.map(({ body }) => body?.playbackId);
  expect(ids).toEqual([`ariflow-playback-${given.call.id}-c1`, `ariflow-playback-${given.call.id}-c2`]);
});
