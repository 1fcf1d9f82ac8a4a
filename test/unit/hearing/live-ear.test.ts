import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { Hearing } from '../../../src/hearing/hearing.ts';
import { SttError } from '../../../src/hearing/stt.ts';
import type { Ear } from '../../../src/ports/hearing.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { EarListener } from '../../support/ear-listener.ts';
import { FakeStt } from '../../support/fake-stt.ts';
import { brokenWord } from '../../support/number-listener.ts';
import { joined, longSpeech, sayNumbers } from '../../support/spoken-numbers.ts';
import { sampleRate } from '../../support/tones.ts';

let clock: VirtualClock;
let scope: Scope;
let reported: unknown[];
beforeEach(() => {
  clock = new VirtualClock();
  reported = [];
  scope = new Scope((error) => reported.push(error));
});
afterEach(async () => {
  const closed = scope.close();
  await clock.pass();
  await closed;
  expect(clock.waiting).toBe(0);
  clock[Symbol.dispose]();
  expect(reported).toEqual([]);
});

async function given(...names: readonly string[]) {
  const engines = (names.length > 0 ? names : ['fake']).map((name) => new FakeStt(name));
  const listener = new EarListener();
  const hearing = new Hearing({ engines, log: silentLog });
  const ear = await hearing.open({ language: 'en-US', hints: [] }, listener, scope);
  return {
    ear,
    listener,
    engine: engines[0] ?? new FakeStt('none'),
    other: engines[1] ?? new FakeStt('none'),
  };
}

/** As it comes from a call; `at` is told the milliseconds before each tenth of a second. */
async function say(ear: Ear, samples: Int16Array, at: (ms: number) => void = () => undefined): Promise<void> {
  const step = sampleRate / 10;
  for (let from = 0; from < samples.length; from += step) {
    at((from * 1_000) / sampleRate);
    ear.write(samples.subarray(from, from + step));
    await clock.pass(100);
  }
}

async function ended(ear: Ear, within = 0): Promise<void> {
  const ending = ear.end();
  await clock.pass(within);
  await ending;
}

const silence = (ms: number): Int16Array => new Int16Array((ms * sampleRate) / 1_000);
const broken = new SttError('passing', 'no connection');
const refused = new SttError('lasting', 'no credentials');

describe('an ear', () => {
  test('tells what is said while it is said, and at last what stays', async () => {
    const { ear, listener } = await given();
    await say(ear, joined([silence(1_000), sayNumbers(1, 2), sayNumbers(3)]));
    await ended(ear);
    expect(listener.words).toEqual(['w1', 'w2', 'w3']);
    expect(listener.heard.filter(({ isFinal }) => !isFinal).map(({ text }) => text)).toEqual([
      'w1',
      'w1 w2',
      'w3',
    ]);
    expect(listener.finals[0]).toEqual({
      text: 'w1 w2',
      isFinal: true,
      start: expect.closeTo(1_000, -2),
      end: expect.closeTo(1_600, -2),
      confidence: 0.875,
    });
    expect([listener.gaps, listener.failures]).toEqual([[], []]);
  });

  test('passes the limit of a stream twice in ten minutes, and no word is lost or told twice', async () => {
    const { ear, listener, engine } = await given();
    engine.longestStream = 300_000;
    engine.limit = 305_000;
    const { samples, words } = longSpeech(600_000);
    await say(ear, samples);
    await ended(ear);
    expect(listener.words).toEqual(words);
    expect(listener.gaps).toEqual([]);
    expect(engine.streams).toHaveLength(3);
    const [first = { heard: 0 }] = engine.streams;
    expect(first.heard).toBeGreaterThan(270_000);
    expect(first.heard).toBeLessThan(300_000);
    const times = listener.finals.flatMap(({ start, end }) => [start, end]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('takes another stream as often as one breaks, and the broken sentence is heard whole', async () => {
    const { ear, listener, engine } = await given();
    const { samples, words } = longSpeech(120_000);
    // Everywhere in words, in pauses, between sentences.
    await say(ear, samples, (ms) => {
      if (ms > 0 && ms % 9_700 === 0) engine.stream.break();
    });
    await ended(ear);
    expect(listener.words).toEqual(words);
    expect(listener.gaps).toEqual([]);
    expect(engine.streams).toHaveLength(13);
  });

  test('loses nothing while the provider is away for twenty seconds', async () => {
    const { ear, listener, engine } = await given();
    const { samples, words } = longSpeech(60_000);
    await say(ear, samples, (ms) => {
      if (ms === 20_000) engine.failures = [broken];
      if (ms === 20_000) engine.stream.break();
      if (ms === 40_000) engine.failures = [];
    });
    await ended(ear, 10_000);
    expect(listener.words).toEqual(words);
    expect(listener.gaps).toEqual([]);
  });

  test('says what nobody has heard, where it is away for longer', async () => {
    const { ear, listener, engine } = await given();
    const { samples, words } = longSpeech(120_000);
    await say(ear, samples, (ms) => {
      if (ms === 20_000) engine.failures = [broken];
      if (ms === 20_000) engine.stream.break();
      if (ms === 70_000) engine.failures = [];
    });
    await ended(ear, 10_000);
    expect(listener.failures).toEqual([]);
    const [gap] = listener.gaps;
    expect(listener.gaps).toHaveLength(1);
    // From the sentence that was under way to the thirty seconds that were kept.
    expect(gap?.start).toBeGreaterThan(17_000);
    expect(gap?.start).toBeLessThanOrEqual(20_000);
    expect(gap?.end).toBeGreaterThan(39_000);
    expect(gap?.end).toBeLessThan(60_000);
    const before = listener.finals
      .filter(({ end }) => end <= (gap?.start ?? 0))
      .flatMap(({ text }) => text.split(' '));
    expect(before).toEqual(words.slice(0, before.length));
    const after = listener.words.slice(before.length).filter((word) => word !== brokenWord);
    expect(after).toEqual(words.slice(-after.length));
  });

  test('misses nothing where it was silent meanwhile', async () => {
    const { ear, listener, engine } = await given();
    await say(ear, joined([sayNumbers(1), silence(50_000), sayNumbers(2)]), (ms) => {
      if (ms === 3_000) engine.failures = [broken];
      if (ms === 3_000) engine.stream.break();
      if (ms === 45_000) engine.failures = [];
    });
    await ended(ear, 10_000);
    expect(listener.words).toEqual(['w1', 'w2']);
    expect(listener.gaps).toEqual([]);
  });

  test.each([
    ['a sentence is under way of which only its end is told', true],
    ['nothing of it is told yet', false],
  ])('misses nothing of a long silence before somebody speaks: %s', async (_, isUnderWay) => {
    const { ear, listener, engine } = await given();
    engine.isDeaf = true;
    await say(ear, joined([silence(60_000), longSpeech(2_000).samples]));
    // As Google has it, which says of what is not final only where it ends.
    if (isUnderWay) engine.stream.say('well', 0, 61_500, false);
    engine.stream.break();
    await say(ear, silence(1_000));
    expect(listener.gaps).toEqual([]);
    expect(engine.stream.heard).toBeGreaterThan(2_000);
    await ended(ear);
  });

  test('gives a new stream what it has missed faster than it comes, but not all at once', async () => {
    const { ear, engine } = await given();
    const { samples } = longSpeech(45_000);
    const got: number[] = [];
    await say(ear, samples, (ms) => {
      if (ms === 5_000) engine.failures = [broken];
      if (ms === 5_000) engine.stream.break();
      if (ms === 25_000) engine.failures = [];
      if (ms > 25_000 && engine.streams.length === 2) got.push(engine.stream.heard);
    });
    expect(got[0]).toBeLessThanOrEqual(10_500);
    expect(got[0]).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...got.map((each, index) => each - (got[index - 1] ?? 10_000)))).toBeLessThanOrEqual(500);
    // In the end it has caught up.
    expect(got.at(-1)).toBeGreaterThan(35_000);
  });

  test('takes another stream where much is said and nothing understood; less often, the longer that lasts', async () => {
    const { ear, listener, engine } = await given();
    engine.isDeaf = true;
    const { samples } = longSpeech(200_000);
    await say(ear, samples);
    expect(engine.streams.length).toBeGreaterThanOrEqual(2);
    expect(engine.streams.length).toBeLessThanOrEqual(4);
    expect(Math.max(...engine.streams.slice(1).map(({ heard }) => heard))).toBeLessThan(230_000);
    await ended(ear);
    expect(listener.heard).toEqual([]);
  });
});

describe('a provider that cannot go on', () => {
  test('is asked for a minute and a half, and then nobody hears any more', async () => {
    const { ear, listener, engine } = await given();
    const { samples } = longSpeech(240_000);
    let failedAt = 0;
    await say(ear, samples, (ms) => {
      if (ms === 10_000) engine.failures = [broken];
      if (ms === 10_000) engine.stream.break();
      if (listener.failures.length > 0) failedAt ||= ms;
    });
    expect(failedAt).toBeGreaterThan(70_000);
    expect(failedAt).toBeLessThan(180_000);
    expect(listener.failures).toEqual([expect.any(ActionError)]);
    expect(listener.gaps.at(-1)?.end).toBeLessThanOrEqual(failedAt);
    const told = listener.heard.length;
    await ended(ear);
    expect(listener.heard).toHaveLength(told);
    expect(engine.tries).toBeLessThan(25);
  });

  test('is not asked again where that is of no use', async () => {
    const { ear, listener, engine } = await given();
    engine.failures = [refused];
    await say(ear, silence(6_000));
    engine.stream.break();
    await say(ear, silence(1_000));
    expect(listener.failures).toHaveLength(1);
    expect(engine.tries).toBe(2);
    await ended(ear);
  });

  test('is replaced by the next one that can, which hears the sentence whole', async () => {
    const { ear, listener, engine, other } = await given('first', 'second');
    expect(ear.provider).toBe('first');
    const { samples, words } = longSpeech(40_000);
    await say(ear, samples, (ms) => {
      if (ms === 10_300) engine.failures = [broken];
      if (ms === 10_300) engine.stream.break();
    });
    await ended(ear);
    expect(ear.provider).toBe('second');
    expect(other.streams).toHaveLength(1);
    expect(listener.words).toEqual(words);
    expect([listener.gaps, listener.failures]).toEqual([[], []]);
  });

  test('that breaks each stream before it has heard anything is given up as well', async () => {
    const { ear, listener, engine } = await given();
    const { samples } = longSpeech(240_000);
    await say(ear, samples, () => {
      if (engine.streams.at(-1)?.isOpen) engine.stream.break();
    });
    expect(listener.failures).toHaveLength(1);
    await ended(ear);
  });
});

describe('the end of the audio', () => {
  test('waits for the last words', async () => {
    const { ear, listener } = await given();
    const samples = sayNumbers(5, 6);
    await say(ear, samples.subarray(0, 5_200));
    expect(listener.words).toEqual([]);
    await ended(ear);
    expect(listener.words).toEqual(['w5', 'w6']);
  });

  test('does not wait for ever', async () => {
    const { ear, engine } = await given();
    engine.lastWords = 'never';
    await say(ear, sayNumbers(5));
    await ended(ear, 5_000);
  });

  test('tells what of the last words was never told, and nothing where all was', async () => {
    const { ear, listener, engine } = await given();
    engine.lastWords = 'never';
    await say(ear, joined([sayNumbers(5), sayNumbers(6).subarray(0, 2_200)]));
    await ended(ear, 5_000);
    expect(listener.words).toEqual(['w5']);
    expect(listener.gaps).toEqual([{ start: expect.closeTo(240, -2), end: expect.closeTo(1_115, -2) }]);
    const quiet = await given();
    quiet.engine.lastWords = 'never';
    await say(quiet.ear, joined([sayNumbers(5), silence(2_000)]));
    await ended(quiet.ear, 5_000);
    expect([quiet.listener.words, quiet.listener.gaps]).toEqual([['w5'], []]);
  });

  test('is heard by another stream where the last words are cut off', async () => {
    const { ear, listener, engine } = await given();
    await say(ear, sayNumbers(5).subarray(0, 2_200));
    engine.lastWords = broken;
    const ending = ear.end();
    await clock.pass(100);
    engine.lastWords = 'told';
    await clock.pass(10_000);
    await ending;
    expect(listener.words).toEqual(['w5']);
    expect(listener.gaps).toEqual([]);
  });

  test('says what nobody has heard where there is none', async () => {
    const { ear, listener, engine } = await given();
    await say(ear, sayNumbers(5).subarray(0, 2_200));
    engine.failures = [broken];
    engine.stream.break();
    await ended(ear, 10_000);
    expect(listener.gaps).toEqual([{ start: 0, end: 275 }]);
    expect(listener.words).toEqual([]);
  });

  test('comes with the scope as well, with the reason of that for whoever waits', async () => {
    const { ear, listener, engine } = await given();
    engine.lastWords = 'never';
    await say(ear, sayNumbers(5));
    const ending = expect(ear.end()).rejects.toThrow('scope closed');
    const told = listener.heard.length;
    const closed = scope.close();
    await clock.pass();
    await closed;
    await ending;
    ear.write(sayNumbers(6));
    expect(listener.heard).toHaveLength(told);
  });
});
