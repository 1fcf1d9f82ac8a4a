import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { rebuildSsml } from '../../src/speech/ssml.ts';
import { Espeak } from '../../src/speech/tts/espeak.ts';
import type { SynthesisRequest } from '../../src/speech/tts.ts';
import { readWav } from '../support/wav.ts';

const { signal } = new AbortController();
let directory: string;
beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  directory = await mkdtemp(join(tmpdir(), 'ariflow-espeak-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Speech as it will be played: how long, how loud, and where it is silent for more than 80 ms (in ms). */
async function spoken(request: Partial<SynthesisRequest>) {
  const file = join(directory, `${randomUUID()}.wav`);
  await new Espeak().synthesize({ language: 'en-US', ...request }, file, signal);
  const bytes = await readFile(file);
  const { rate, channels } = readWav(bytes);
  const [samples = new Int16Array()] = channels;
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length) / 32_768;
  return {
    bytes,
    rate,
    channels: channels.length,
    duration: samples.length / rate,
    rms,
    gaps: gapsIn(samples),
  };
}

const tell = (ssml: string, request: Partial<SynthesisRequest> = {}) =>
  spoken({ ssml: rebuildSsml(`<speak>${ssml}</speak>`), ...request });

/** Silences between words, in ms. */
function gapsIn(samples: Int16Array): number[] {
  const blocks = Array.from({ length: Math.floor(samples.length / 80) }, (_, block) =>
    samples.subarray(block * 80, block * 80 + 80).some((sample) => Math.abs(sample) > 60) ? '#' : ' ',
  );
  return blocks
    .join('')
    .trim()
    .split(/#+/)
    .map((gap) => gap.length * 10)
    .filter((gap) => gap > 80);
}

describe('espeak', () => {
  test('speaks 8 kHz, 16 bit, mono, for as long as the words take', async () => {
    const { duration, rms, rate, channels } = await spoken({
      text: 'Welcome to ariflow. Press one to hear what this is.',
    });
    expect([rate, channels]).toEqual([8_000, 1]);
    expect(duration).toBeGreaterThan(2);
    expect(duration).toBeLessThan(6);
    expect(rms).toBeGreaterThan(0.01);
  });

  test('longer texts take longer, and pauses their time', async () => {
    const short = await spoken({ text: 'one' });
    const long = await spoken({ text: 'one two three four five six seven eight' });
    expect(long.duration).toBeGreaterThan(short.duration * 2);
    const paused = await tell('one <break time="3s"/> two');
    const plain = await tell('one two');
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
    expect(await speak('EN-us+F5')).toBe(await speak('en-us+f5'));
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
    '; rm -rf /', '--help', '-f /etc/passwd', '$(id)', 'a\u0000b', '\n\n', "it's 100% & <more>", '-', '[[', '\u0001V',
  ])('takes %j for a text', async (text) => {
    const { rate } = await spoken({ text });
    expect(rate).toBe(8_000);
  }); // biome-ignore format: a list of texts

  test.each([
    '../../etc/passwd',
    '-v',
    'en; id',
    'no-such-voice',
    'en+../../x',
    'en+nobody',
    'en-us+',
    'Joanna',
  ])('does not speak with the voice %j, which is none of its own', async (voice) => {
    await expect(spoken({ text: 'hello', voice })).rejects.toMatchObject({ code: 'UNKNOWN_VOICE' });
  });

  test.each([
    ['日本語をお話しください', 'ja-JP'],
    ['世界', 'en-US'],
    ['Привет', 'de-DE'],
  ])('does not spell %s in %s', async (text, language) => {
    for (const request of [{ text }, { ssml: `<speak>${text}</speak>` }])
      await expect(spoken({ ...request, language })).rejects.toMatchObject({ code: 'UNKNOWN_LANGUAGE' });
  });

  test('reads Chinese by its characters, and Japanese kana', async () => {
    // Four syllables; "Chinese letter" four times, or an English reading of them, takes three times as long.
    expect((await spoken({ text: '你好世界', language: 'zh-CN' })).duration).toBeLessThan(2);
    expect((await spoken({ text: 'こんにちは', language: 'ja-JP' })).duration).toBeLessThan(2);
  });

  test.each(['en-us', 'en-us+f3', 'en-us+whisper'])(
    'says the same twice in the same way as %s',
    async (voice) => {
      const text = 'she sells sea shells';
      const first = await spoken({ text, voice });
      // The noise of some voices was drawn anew each second.
      const second = Math.floor(Date.now() / 1_000);
      await expect.poll(() => Math.floor(Date.now() / 1_000), { timeout: 30_000 }).toBeGreaterThan(second);
      expect((await spoken({ text, voice })).bytes.equals(first.bytes)).toBe(true);
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

describe('pauses', () => {
  test.each([
    ['time="1.5s"', 1_500],
    ['time="1500ms"', 1_500],
    ['time="2s"', 2_000],
    ['time=".5s"', 500],
    ['strength="x-strong"', 800],
  ])('of %s are that long', async (attribute, length) => {
    const { gaps } = await tell(`hello<break ${attribute}/>my friend`);
    expect(gaps).toHaveLength(1);
    expect(Math.abs((gaps[0] ?? 0) - length)).toBeLessThan(100);
  });

  test.each(['50%', 'x-slow', 'x-fast', '300%'])('do not change with the rate %s', async (rate) => {
    const { gaps } = await tell(`<prosody rate="${rate}">hello<break time="2s"/>my</prosody>`);
    expect(Math.abs(Math.max(...gaps) - 2_000)).toBeLessThan(100);
  });

  test('in a row are heard all, behind a full stop and at the end too', async () => {
    const { gaps } = await tell(
      `Hello.${'<break time="500ms"/> '.repeat(4)}My <p><break time="1s"/></p>friend`,
    );
    expect(gaps).toHaveLength(2);
    expect(Math.abs((gaps[0] ?? 0) - 2_000)).toBeLessThan(100);
    expect(Math.abs((gaps[1] ?? 0) - 1_000)).toBeLessThan(100);
    const [ending, plain] = [await tell('hello<break time="2s"/>'), await tell('hello')];
    expect(ending.duration - plain.duration).toBeGreaterThan(1.4);
    expect(ending.duration - plain.duration).toBeLessThan(2.1);
  });

  test('between sentences are one each, between paragraphs a longer one', async () => {
    const sentences = await tell('<p><s>hello</s><s>my</s><s>friend</s></p>');
    expect(sentences.gaps).toHaveLength(2);
    for (const gap of sentences.gaps) expect(Math.abs(gap - 520)).toBeLessThan(150);
    const { gaps } = await tell('<p>hello</p><p>my</p>');
    expect(gaps).toHaveLength(1);
    expect(Math.abs((gaps[0] ?? 0) - 1_000)).toBeLessThan(100);
  });
});

describe('prosody', () => {
  const text = 'hello my friend, how are you today';

  test.each([
    ['+6dB', 2], ['-6dB', 0.5], ['-12dB', 0.25], ['50', 0.5], ['50%', 0.5], ['x-soft', 0.3], ['loud', 1.5],
  ])('makes a volume of %s %d times as loud', async (volume, times) => {
    const [plain, changed] = [await tell(text), await tell(`<prosody volume="${volume}">${text}</prosody>`)];
    expect(changed.rms / plain.rms / times).toBeGreaterThan(0.85);
    expect(changed.rms / plain.rms / times).toBeLessThan(1.15);
  }); // biome-ignore format: a table

  test('keeps silent what is emphasised in silence', async () => {
    const { rms } = await tell(
      `<prosody volume="silent">my <emphasis level="strong">pin</emphasis></prosody>`,
    );
    expect(rms).toBe(0);
  });

  test('takes a rate in any form', async () => {
    const durations = async (rates: readonly string[]) =>
      Promise.all(
        rates.map(async (rate) => (await tell(`<prosody rate="${rate}">${text}</prosody>`)).duration),
      );
    const plain = (await tell(text)).duration;
    const slow = await durations(['80%', '-20%', '0.8', 'slow']);
    expect(new Set(slow).size).toBe(1);
    expect(slow[0]).toBeGreaterThan(plain * 1.1);
    const fast = await durations(['125%', '+25%', '1.25', 'fast']);
    expect(new Set(fast).size).toBe(1);
    expect(fast[0]).toBeLessThan(plain * 0.95);
  });

  test('takes a pitch in any form', async () => {
    const crossings = ({ bytes }: { bytes: Buffer }) => bytes.toString('base64');
    const high = await Promise.all(
      ['+12st', '+100%', '200%', '+100Hz', '200Hz'].map((pitch) =>
        tell(`<prosody pitch="${pitch}">${text}</prosody>`),
      ),
    );
    expect(new Set(high.map(crossings)).size).toBe(1);
    expect(high[0]?.bytes.equals((await tell(text)).bytes)).toBe(false);
  });
});

describe('say-as', () => {
  const as = (kind: string, text: string) => tell(`<say-as interpret-as="${kind}">${text}</say-as>`);

  test('speaks digits one by one, and a telephone number in its groups', async () => {
    const spelled = (await tell('1 8 0 0 5 5 5')).bytes;
    for (const kind of ['digits', 'tts:digits', 'telephone'])
      expect((await as(kind, '1800555')).bytes.equals(spelled), kind).toBe(true);
    expect(
      (await spoken({ text: '18005551234' })).bytes.equals(
        (await spoken({ text: '1 8 0 0 5 5 5 1 2 3 4' })).bytes,
      ),
    ).toBe(true);
    expect((await as('telephone', '1-800-555')).gaps.length).toBeGreaterThanOrEqual(2);
    expect((await as('cardinal', '1800555')).bytes.equals(spelled)).toBe(false);
  });

  test('spells letters, and says no commas that are not there', async () => {
    const letters = await as('characters', 'A1B2');
    expect(letters.duration).toBeGreaterThan((await tell('A1B2')).duration);
    for (const kind of ['spell-out', 'verbatim'])
      expect((await as(kind, 'A1B2')).bytes.equals(letters.bytes)).toBe(true);
    const [four, eight] = [await as('characters', '1111'), await as('characters', '11111111')];
    expect(eight.duration / four.duration).toBeLessThan(2.1); // "1, 1, comma, 1" took longer
  });

  test.each([
    ['ordinal', '21', '21st'],
    ['date', '2003-02-01', 'February 1st, 2003'],
    ['time', '14:30', '2:30 PM'],
    ['currency', '$5', '5 US dollars'],
    ['unit', '10kg', 'ten kilograms'],
    ['fraction', '1/2', 'one half'],
    ['nonsense', 'hello', 'hello'],
  ])('%s: %s is said as %s', async (kind, text, words) => {
    expect((await as(kind, text)).duration).toBeCloseTo((await tell(words)).duration, 1);
    expect((await as(kind, text)).bytes.equals((await tell(words)).bytes)).toBe(true);
  });
});

test('double brackets are text, in SSML too', async () => {
  const notation = "[[h@l'oU]]";
  const text = await spoken({ text: notation });
  expect(text.bytes.equals((await spoken({ text: "[ [h@l'oU]]" })).bytes)).toBe(true);
  expect(text.duration).toBeGreaterThan((await spoken({ text: 'hello' })).duration * 1.5);
  expect((await tell(notation)).duration).toBeGreaterThan((await tell('hello')).duration * 1.5);
  expect((await tell('&#91;&#91;h@l&#39;oU]]')).bytes.equals((await tell(notation)).bytes)).toBe(true);
});

test('an alias is said instead of what it stands for', async () => {
  const alias = await tell('<sub alias="Jack &amp; Jill">J. J.</sub>');
  expect(alias.duration).toBeCloseTo((await tell('Jack &amp; Jill')).duration, 1);
});
