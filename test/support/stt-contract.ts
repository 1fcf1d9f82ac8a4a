import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LifetimeEnded } from '../../src/core/errors.ts';
import { Scope } from '../../src/core/scope.ts';
import { within } from '../../src/core/wait.ts';
import type { Stt, SttError, SttRequest, SttStream } from '../../src/hearing/stt.ts';
import type { Heard } from '../../src/ports/hearing.ts';
import { joined } from './spoken-numbers.ts';
import { frameSize, sampleRate } from './tones.ts';
import { until } from './until.ts';

/** Something said, with a pause behind it that ends the sentence. */
export interface SaidPhrase {
  readonly text: string;
  readonly samples: Int16Array;
}

export interface GivenStt {
  readonly engine: Stt;
  /** What it is to listen for: a language it has, hints where it needs them. */
  readonly request: SttRequest;
  /** Three at least; this engine understands each of them to the letter. */
  readonly phrases: readonly SaidPhrase[];
  /** Whether it knows which languages it has. */
  readonly knowsLanguages: boolean;
  /** How far its times may be off, in milliseconds; 300. */
  readonly tolerance?: number;
  readonly release?: () => Promise<void>;
}

/** A stream, and all that came of it. */
interface Listening {
  readonly stream: SttStream;
  readonly heard: Heard[];
  readonly broken: SttError[];
  readonly scope: Scope;
  finals(): string[];
}

/** What every engine does that listens, whoever it is. */
export function sttContract(name: string, given: () => Promise<GivenStt>): void {
  let world: GivenStt;
  let scope: Scope;
  let reported: unknown[];
  beforeEach(async () => {
    world = await given();
    reported = [];
    scope = new Scope((error) => reported.push(error));
  });
  afterEach(async () => {
    await scope.close();
    await world.engine.close?.();
    await world.release?.();
    expect(reported).toEqual([]);
  });

  async function listen(): Promise<Listening> {
    const [heard, broken]: [Heard[], SttError[]] = [[], []];
    const own = scope.child();
    const listener = {
      onHeard: (each: Heard) => heard.push(each),
      onBroken: (error: SttError) => broken.push(error),
    };
    const stream = await world.engine.open(world.request, listener, own);
    const finals = (): string[] => heard.filter(({ isFinal }) => isFinal).map(({ text }) => text);
    return { stream, heard, broken, scope: own, finals };
  }

  const said = (...indexes: readonly number[]) => {
    const phrases = indexes.map((index) => world.phrases[index] ?? { text: '', samples: new Int16Array() });
    return { texts: phrases.map(({ text }) => text), samples: joined(phrases.map(({ samples }) => samples)) };
  };

  /** As it comes from a call: 20 ms at a time. */
  function write(stream: SttStream, samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += frameSize) stream.write(samples.subarray(at, at + frameSize));
  }

  describe(name, () => {
    test('has a name that flows can write, a limit, and says whether it can be asked', () => {
      expect(world.engine.name).toMatch(/^[a-z]+$/);
      expect(world.engine.longestStream).toBeGreaterThanOrEqual(60_000);
      expect(world.engine.isAvailable()).toBe(true);
      expect(world.engine.problemOf(world.request)).toBeUndefined();
    });

    test('says of a language it has not that it has not', () => {
      const problem = world.engine.problemOf({ ...world.request, language: 'tlh' });
      expect(problem?.code).toBe(world.knowsLanguages ? 'UNKNOWN_LANGUAGE' : undefined);
    });

    test('tells what is said, sentence by sentence, in the order of the audio', async () => {
      const { stream, heard, broken, finals } = await listen();
      const { texts, samples } = said(0, 1, 2);
      write(stream, samples);
      await stream.end();
      expect(finals()).toEqual(texts);
      expect(broken).toEqual([]);
      const ends = heard.filter(({ isFinal }) => isFinal).map(({ start, end }) => [start, end]);
      expect(ends.flat()).toEqual(ends.flat().sort((a, b) => a - b));
      for (const { confidence = 0 } of heard) expect(confidence >= 0 && confidence <= 1).toBe(true);
    });

    test('tells a sentence when it is over, not when the audio is', async () => {
      const { stream, finals } = await listen();
      write(stream, said(0).samples);
      write(stream, new Int16Array(2 * sampleRate));
      await until(() => finals().length === 1, { what: 'the sentence' });
      expect(finals()).toEqual(said(0).texts);
    });

    test('counts times from the first sample', async () => {
      const { stream, heard } = await listen();
      const { samples } = said(0);
      write(stream, new Int16Array(3 * sampleRate));
      write(stream, samples);
      await stream.end();
      const last = heard.find(({ isFinal }) => isFinal);
      const { tolerance = 300 } = world;
      expect(Math.abs((last?.start ?? 0) - 3_000)).toBeLessThanOrEqual(tolerance);
      expect(last?.end).toBeGreaterThan(3_000);
      expect(last?.end).toBeLessThanOrEqual(3_000 + samples.length / 8 + tolerance);
    });

    test('tells the last words when there is no more audio, and nothing after it', async () => {
      const { stream, heard, broken, finals } = await listen();
      const { texts, samples } = said(1);
      write(stream, samples.subarray(0, lastSound(samples) + 400));
      await stream.end();
      expect(finals()).toEqual(texts);
      const before = heard.length;
      write(stream, samples);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(heard).toHaveLength(before);
      expect(broken).toEqual([]);
    });

    test('hears nothing in silence, nor in no audio at all', async () => {
      const [silent, empty] = [await listen(), await listen()];
      write(silent.stream, new Int16Array(3 * sampleRate));
      await Promise.all([silent.stream.end(), empty.stream.end()]);
      expect([...silent.heard, ...empty.heard, ...silent.broken, ...empty.broken]).toEqual([]);
    });

    test('takes audio of any length, whose samples are changed afterwards', async () => {
      const { stream, finals } = await listen();
      const { texts, samples } = said(2);
      const lengths = [1, 7, 160, 333, 4_000, 0, 801];
      for (let at = 0, turn = 0; at < samples.length; turn++) {
        const length = lengths[turn % lengths.length] ?? 1;
        const part = samples.slice(at, at + length);
        stream.write(part);
        part.fill(9_999);
        at += length;
      }
      await stream.end();
      expect(finals()).toEqual(texts);
    });

    test('hears several at once, each by itself', async () => {
      const all = await Promise.all([listen(), listen(), listen()]);
      for (const [index, { stream }] of all.entries()) write(stream, said(index).samples);
      await Promise.all(all.map(({ stream }) => stream.end()));
      expect(all.map(({ finals }) => finals())).toEqual([0, 1, 2].map((index) => said(index).texts));
    });

    test('is silent once its scope has ended, and holds it up for no time', async () => {
      const { stream, heard, broken, scope: own } = await listen();
      write(stream, said(0).samples);
      const before = heard.length;
      const closed = await within(
        own.close().then(() => true),
        2_000,
      );
      expect(closed).toBe(true);
      write(stream, said(1).samples);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(heard.slice(before)).toEqual([]);
      expect(broken).toEqual([]);
    });

    test('gives up its last words with its scope, with the reason of that', async () => {
      const { stream, scope: own } = await listen();
      write(stream, said(0).samples);
      const reason = new LifetimeEnded('the caller has gone');
      const [ended] = await Promise.allSettled([stream.end(), own.close(reason)]);
      // They may have been faster.
      if (ended.status === 'rejected') expect(ended.reason).toBe(reason);
    });

    test('does not begin in a scope that has ended', async () => {
      const reason = new LifetimeEnded('the caller has gone');
      const ended = scope.child();
      await ended.close(reason);
      const listener = { onHeard: () => undefined, onBroken: () => undefined };
      await expect(world.engine.open(world.request, listener, ended)).rejects.toBe(reason);
    });
  });
}

function lastSound(samples: Int16Array): number {
  return samples.findLastIndex((sample) => Math.abs(sample) > 500);
}
