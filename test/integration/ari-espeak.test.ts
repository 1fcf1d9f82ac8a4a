import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { localTool } from '../../src/core/local-tool.ts';
import { runProcess } from '../../src/core/run-process.ts';
import { rebuildSsml } from '../../src/speech/ssml.ts';
import { Espeak } from '../../src/speech/tts/espeak.ts';
import type { SynthesisRequest } from '../../src/speech/tts.ts';

const { signal } = new AbortController();
let directory: string;
beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  directory = await mkdtemp(join(tmpdir(), 'ariflow-espeak-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What sox says about a sound: format, duration in seconds, and how loud it is. */
async function soxi(file: string) {
  const { command, args, env } = localTool('sox');
  const run = async (...more: string[]) =>
    String(
      await runProcess(
        {
          command: 'sh',
          args: ['-c', 'exec "$@" 2>&1', 'sh', command, ...args, ...more],
          env,
          timeout: 10_000,
          maxOutput: 100_000,
        },
        signal,
      ),
    );
  const info = await run('--info', file);
  const stat = await run(file, '-n', 'stat');
  const field = (text: string, name: RegExp) => text.match(name)?.[1]?.trim() ?? '';
  return {
    rate: Number(field(info, /Sample Rate\s*: (.+)/)),
    channels: Number(field(info, /Channels\s*: (.+)/)),
    precision: field(info, /Precision\s*: (.+)/),
    duration: Number(field(stat, /Length \(seconds\):\s*(.+)/)),
    rms: Number(field(stat, /RMS\s+amplitude:\s*(.+)/)),
  };
}

async function spoken(request: Partial<SynthesisRequest>) {
  const file = join(directory, 'x.wav');
  await new Espeak().synthesize({ language: 'en-US', ...request }, file, signal);
  return soxi(file);
}

describe('espeak', () => {
  test('speaks 8 kHz, 16 bit, mono, for as long as the words take', async () => {
    const { duration, rms, ...format } = await spoken({
      text: 'Welcome to ariflow. Press one to hear what this is.',
    });
    expect(format).toEqual({ rate: 8_000, channels: 1, precision: '16-bit' });
    expect(duration).toBeGreaterThan(2);
    expect(duration).toBeLessThan(6);
    expect(rms).toBeGreaterThan(0.01);
  });

  test('longer texts take longer, and pauses their time', async () => {
    const short = await spoken({ text: 'one' });
    const long = await spoken({ text: 'one two three four five six seven eight' });
    expect(long.duration).toBeGreaterThan(short.duration * 2);
    const paused = await spoken({ ssml: rebuildSsml('<speak>one <break time="3s"/> two</speak>') });
    const plain = await spoken({ ssml: rebuildSsml('<speak>one two</speak>') });
    expect(paused.duration - plain.duration).toBeGreaterThan(2.5);
    expect(paused.duration - plain.duration).toBeLessThan(4);
  });

  test.each([
    'en', 'en-US', 'en-GB', 'en-AU', 'de-DE', 'fr-FR', 'fr-CA', 'es', 'es-MX', 'EN-us', 'pt-BR', 'pt-PT', 'it-IT', 'nl-NL', 'nb-NO', 'no',
    'pl-PL', 'ru-RU', 'tr-TR', 'hi-IN', 'ar-XA', 'zh-CN', 'cmn-CN', 'ja-JP', 'ko-KR', 'yue-HK',
  ])('speaks %s', async (language) => {
    const { duration, rms } = await spoken({ text: 'Hotel 1 2 3', language });
    expect(duration).toBeGreaterThan(0.3);
    expect(rms).toBeGreaterThan(0.01);
  }); // biome-ignore format: a list of names

  test('speaks a language by its usual voice, not by the first in a list', async () => {
    const text = '97, 72';
    const [french, usual, belgian] = [
      await spoken({ text, language: 'fr' }),
      await spoken({ text, language: 'fr-FR' }),
      await spoken({ text, language: 'fr-BE' }),
    ];
    expect(french.duration).toBe(usual.duration);
    expect(belgian.duration).not.toBe(usual.duration); // nonante-sept
  });

  test('speaks in a voice of its own, with a variant, and not in somebody else’s', async () => {
    const text = 'I cannot say that';
    const speak = async (voice?: string) =>
      (await spoken({ text, ...(voice !== undefined && { voice }) })).duration;
    const usual = await speak();
    expect(await speak('en-us')).toBe(usual);
    expect(await speak('EN-GB-Scotland')).not.toBe(usual);
    expect(await speak('en-us+f5')).not.toBe(usual);
    expect(await speak('en-US-Wavenet-D')).toBe(usual);
    expect(await speak('Joanna')).toBe(usual);
  });

  test('speaks as a man or a woman', async () => {
    for (const gender of ['male', 'female', 'neutral'] as const)
      expect((await spoken({ text: 'hello', gender })).duration).toBeGreaterThan(0.3);
  });

  test('says so when it does not know a language', async () => {
    await expect(spoken({ text: 'x', language: 'tlh-KL' })).rejects.toMatchObject({
      code: 'UNKNOWN_LANGUAGE',
    });
  });

  test.each([
    '; rm -rf /', '--help', '-f /etc/passwd', '$(id)', 'a\u0000b', '\n\n', "it's 100% & <more>", '-', '世界',
  ])('takes %j for a text', async (text) => {
    const { rate } = await spoken({ text });
    expect(rate).toBe(8_000);
  }); // biome-ignore format: a list of texts

  test.each(['../../etc/passwd', '-v', 'en; id', 'no-such-voice', 'en+../../x', 'en+nobody'])(
    'with the voice %j speaks all the same, and does nothing else',
    async (voice) => {
      expect((await spoken({ text: 'hello', voice })).rate).toBe(8_000);
    },
  );

  test('ends with its signal', async () => {
    const file = join(directory, 'aborted.wav');
    const speaking = new Espeak().synthesize(
      { text: 'hello '.repeat(800), language: 'en' },
      file,
      AbortSignal.abort(),
    );
    await expect(speaking).rejects.toThrow('aborted');
  });

  test('asks for the voices for all, though the first one leaves', async () => {
    const engine = new Espeak();
    const call = new AbortController();
    const leaving = engine.synthesize(
      { text: 'one', language: 'en' },
      join(directory, 'left.wav'),
      call.signal,
    );
    const staying = engine.synthesize({ text: 'two', language: 'en' }, join(directory, 'stays.wav'), signal);
    call.abort(new Error('hung up'));
    await expect(leaving).rejects.toThrow('hung up');
    await staying;
  });
});
