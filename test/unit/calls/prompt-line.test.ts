import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { play } from '../../../src/calls/playback.ts';
import { Prompt } from '../../../src/calls/prompt.ts';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is played in a prompt's turn, and how it ended. */
function playing({ call }: CallFixture, media: string, prompt = new Prompt(call, { id: call.resourceId })) {
  const playing = { media, how: '' };
  void (async () => {
    using its = prompt;
    playing.how = await play(its, media, call.hangupSignal);
  })();
  return playing;
}

/** What Asterisk was asked to play, oldest first. */
function asked({ asterisk }: CallFixture): readonly unknown[] {
  return asterisk.requests
    .filter(({ operation }) => operation.name === 'play')
    .map(({ body }) => body?.media);
}

test('prompts are heard in the order they were asked for, whichever is ready first', async () => {
  const given = givenCall({ soundLength: 1_000 });
  const late = new Prompt(given.call, { id: given.call.resourceId });
  playing(given, 'sound:b');
  await pass(500);
  playing(given, 'sound:a', late);
  playing(given, 'sound:c');
  await pass(3_000);
  expect(asked(given)).toEqual([['sound:a'], ['sound:b'], ['sound:c']]);
});

test('a list that goes on lets others come between', async () => {
  const given = givenCall({ soundLength: 1_000 });
  using list = new Prompt(given.call, { id: given.call.resourceId });
  const { hangupSignal: signal } = given.call;
  const first = play(list, 'sound:1', signal);
  await pass();
  playing(given, 'sound:other');
  await pass(1_000);
  await first;
  const second = play(list, 'sound:2', signal);
  await pass(2_000);
  expect(await second).toBe('done');
  expect(asked(given)).toEqual([['sound:1'], ['sound:other'], ['sound:2']]);
});

test('all have been heard when those asked for by now have ended, however', async () => {
  const given = givenCall({ soundLength: 'manual' });
  const { hangupSignal: signal } = given.call;
  await given.call.prompts.whenHeard(signal);
  const [a, b] = [playing(given, 'sound:a'), playing(given, 'sound:b')];
  const heard: string[] = [];
  void given.call.prompts.whenHeard(signal).then(() => heard.push('all'));
  playing(given, 'sound:later');
  for (const state of ['failed', 'done'] as const) {
    await pass();
    expect(heard).toEqual([]);
    given.asterisk.finishPlayback(given.asterisk.playing[0]?.id ?? '', state);
  }
  await pass();
  expect([heard, a.how, b.how]).toEqual([['all'], 'failed', 'done']);
});

describe('the end of all', () => {
  test('stops what plays and drops what waits, ready or not; what is asked for then is heard', async () => {
    const given = givenCall({ soundLength: 1_000 });
    const unready = new Prompt(given.call, { id: given.call.resourceId });
    const early = given.call.prompts.ended;
    given.call.prompts.end();
    expect([early.aborted, given.call.prompts.ended.aborted]).toEqual([true, false]);
    const dropped = playing(given, 'sound:unready', unready);
    const [a, b] = [playing(given, 'sound:a'), playing(given, 'sound:b')];
    await pass(500);
    given.call.prompts.end();
    const after = playing(given, 'sound:after');
    await pass(1_000);
    expect([dropped, a, b, after].map(({ how }) => how)).toEqual(['stopped', 'stopped', 'stopped', 'done']);
    expect(asked(given)).toEqual([['sound:a'], ['sound:after']]);
  });

  test('is waited for, and holds back what is asked for until it is let go', async () => {
    const given = givenCall({ soundLength: 1_000 });
    playing(given, 'sound:a');
    await pass(500);
    const quiet = await given.call.prompts.cutOff(given.call.hangupSignal);
    expect(given.asterisk.playing).toEqual([]);
    playing(given, 'sound:b');
    await pass(2_000);
    expect(asked(given)).toEqual([['sound:a']]);
    quiet[Symbol.dispose]();
    await pass();
    expect(asked(given)).toEqual([['sound:a'], ['sound:b']]);
  });

  test('is not waited for where what plays cannot be stopped, nor where nobody wants it any more', async () => {
    const given = givenCall({ soundLength: 'manual' });
    given.asterisk.fault('stop', { isIgnored: true });
    const stuck = playing(given, 'sound:a');
    await pass();
    let isQuiet = false;
    void given.call.prompts.cutOff(given.call.hangupSignal).then(() => {
      isQuiet = true;
    });
    const abort = new AbortController();
    const unwanted = given.call.prompts.cutOff(abort.signal).catch((error: unknown) => error);
    abort.abort('unwanted');
    expect(await unwanted).toBe('unwanted');
    await pass(1_999);
    expect(isQuiet).toBe(false);
    await pass(1);
    expect([isQuiet, stuck.how]).toEqual([true, '']);
  });
});
