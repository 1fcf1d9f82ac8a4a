import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActionError } from '../../src/core/errors.ts';
import { rebuildSsml } from '../../src/speech/ssml.ts';
import type { SynthesisRequest, Tts } from '../../src/speech/tts.ts';
import { isSilent } from './tones.ts';
import { readWav } from './wav.ts';

/** What every engine does that speaks, whoever it is. */
export function ttsContract(name: string, given: () => Promise<Tts>): void {
  let directory: string;
  let engine: Tts;
  let files = 0;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ariflow-tts-'));
    engine = await given();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const { signal } = new AbortController();

  async function spoken(request: Partial<SynthesisRequest>) {
    const file = join(directory, `${++files}.wav`);
    await engine.synthesize({ language: 'en-US', ...request }, file, signal);
    const bytes = await readFile(file);
    const { rate, channels } = readWav(bytes);
    const [samples = new Int16Array()] = channels;
    return { bytes, samples, shape: { rate, channels: channels.length }, seconds: samples.length / rate };
  }

  const failure = (request: Partial<SynthesisRequest>) =>
    spoken(request).then(
      () => 'spoken',
      (error: unknown) => (error instanceof ActionError ? error.code : error),
    );

  const tell = (ssml: string) => spoken({ ssml: rebuildSsml(`<speak>${ssml}</speak>`) });

  describe(name, () => {
    test('has a name that flows can write, and says whether it can be asked', () => {
      expect(engine.name).toMatch(/^[a-z]+$/);
      expect(engine.isAvailable()).toBe(true);
    });

    test('writes what Asterisk plays as it is: 8 kHz, 16 bit, mono, to be heard', async () => {
      const { shape, samples } = await spoken({ text: 'Good morning.' });
      expect(shape).toEqual({ rate: 8_000, channels: 1 });
      expect(isSilent(samples)).toBe(false);
    });

    test('takes longer for more words', async () => {
      const one = await spoken({ text: 'One.' });
      const many = await spoken({ text: 'One and two and three and four and five and six.' });
      expect(many.seconds).toBeGreaterThan(one.seconds * 2);
    });

    test('makes the same of the same words, byte for byte', async () => {
      const [first, second] = [await spoken({ text: 'Twice.' }), await spoken({ text: 'Twice.' })];
      expect(second.bytes.equals(first.bytes)).toBe(true);
    });

    test('speaks SSML, and is silent for as long as a break lasts', async () => {
      const whole = await tell('Good morning');
      const parted = await tell('Good <break time="2s"/>morning');
      expect(parted.seconds - whole.seconds).toBeGreaterThan(1.5);
      expect(parted.seconds - whole.seconds).toBeLessThan(3);
    });

    test.each(['-f /etc/hostname', '--help', '$(exit 1)', '; exit 1', '%s%n', '..\\..', '" > x'])(
      'takes %j for words',
      async (text) => {
        const { samples } = await spoken({ text: `Read this: ${text}, please.` });
        expect(isSilent(samples)).toBe(false);
        expect((await spoken({ text })).shape.rate).toBe(8_000);
      },
    );

    test('says which language or voice it has not', async () => {
      expect(await failure({ text: 'hello', language: 'xx-XX' })).toBe('UNKNOWN_LANGUAGE');
      expect(await failure({ text: 'hello', voice: 'nobody' })).toBe('UNKNOWN_VOICE');
    });

    test('has a voice of either gender, and none is a reason to refuse', async () => {
      for (const gender of ['male', 'female', 'neutral'] as const)
        expect((await spoken({ text: 'hello', gender })).shape.rate).toBe(8_000);
    });

    test('speaks several texts at once, each into its own file', async () => {
      const texts = ['One.', 'One and two and three.', 'One and two and three and four and five and six.'];
      const alone: Buffer[] = [];
      for (const text of texts) alone.push((await spoken({ text })).bytes);
      const together = await Promise.all(texts.map((text) => spoken({ text })));
      expect(together.map(({ bytes }, index) => alone[index]?.equals(bytes))).toEqual([true, true, true]);
    });

    test('ends when it is told to, with the reason it was given', async () => {
      const reason = new Error('the caller has gone');
      const ended = AbortSignal.abort(reason);
      const before = join(directory, 'before.wav');
      await expect(engine.synthesize({ text: 'hello', language: 'en-US' }, before, ended)).rejects.toBe(
        reason,
      );
      const stop = new AbortController();
      const text = 'A long story. '.repeat(200);
      const speaking = engine.synthesize(
        { text, language: 'en-US' },
        join(directory, 'during.wav'),
        stop.signal,
      );
      setImmediate(() => stop.abort(reason));
      await expect(speaking).rejects.toBe(reason);
    });

    test('leaves nothing beside the file it was told to write', async () => {
      const folder = await mkdtemp(join(directory, 'alone-'));
      await engine.synthesize({ text: 'hello', language: 'en-US' }, join(folder, 'a.wav'), signal);
      expect(await readdir(folder)).toEqual(['a.wav']);
    });
  });
}
