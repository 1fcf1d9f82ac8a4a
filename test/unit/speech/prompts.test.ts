import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { SpeechRequest } from '../../../src/ports/speech.ts';
import { Prompts } from '../../../src/speech/prompts.ts';
import { wavTone } from '../../support/audio-files.ts';
import { FakeTts } from '../../support/fake-tts.ts';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'ariflow-prompts-')), 'prompts');
});
afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

const { signal } = new AbortController();
const hello: SpeechRequest = { text: 'hello', language: 'en-US' };

function given(...names: string[]) {
  const engines = names.map((name) => new FakeTts(name));
  const files = new CachedFiles(directory);
  const prompts = new Prompts({ engines, files, asteriskDirectory: '/asterisk/prompts', log: silentLog });
  return { engines, prompts, first: engines[0] ?? new FakeTts('nobody') };
}

describe('a prompt', () => {
  test('is a file, and its name as Asterisk sees it without an ending', async () => {
    const { prompts, first } = given('local');
    const media = await prompts.prompt(hello, signal);
    expect(media).toMatch(/^sound:\/asterisk\/prompts\/[0-9a-f]{64}$/);
    const name = `${media.split('/').at(-1)}.wav`;
    expect(await readdir(directory)).toEqual([name]);
    expect(first.asked).toEqual([expect.objectContaining({ text: 'hello' })]);
    expect(await readFile(join(directory, name))).toEqual(wavTone({ length: 300 })); // five letters hummed
  });

  test('is spoken once, then taken from the disk, by the next daemon too', async () => {
    const { prompts, first } = given('local');
    const media = await prompts.prompt(hello, signal);
    expect(await prompts.prompt(hello, signal)).toBe(media);
    expect(first.asked).toHaveLength(1);
    const next = given('local');
    expect(await next.prompts.prompt(hello, signal)).toBe(media);
    expect(next.first.asked).toHaveLength(0);
  });

  test('is another one where anything that shapes it differs', async () => {
    const { prompts } = given('local');
    const requests: SpeechRequest[] = [
      hello,
      { ...hello, text: 'Hello' },
      { ...hello, language: 'en-GB' },
      { ...hello, voice: 'x' },
      { ...hello, gender: 'male' },
      { ...hello, provider: 'local' },
      { ...hello, text: '<speak>hello</speak>' },
    ];
    const media = await Promise.all(requests.map((request) => prompts.prompt(request, signal)));
    expect(new Set(media).size).toBe(requests.length);
  });

  test('wanted by a hundred callers at once is spoken once', async () => {
    const { prompts, first } = given('local');
    const media = await Promise.all(Array.from({ length: 100 }, () => prompts.prompt(hello, signal)));
    expect(new Set(media).size).toBe(1);
    expect(first.asked).toHaveLength(1);
  });

  test('is not there before it is whole', async () => {
    const { prompts, first } = given('local');
    let seen: string[] = [];
    first.onSpeaking = async () => {
      seen = await readdir(directory);
    };
    const media = await prompts.prompt(hello, signal);
    const name = media.split('/').at(-1) ?? '';
    expect(seen.every((file) => !file.startsWith(name))).toBe(true);
    expect(await readdir(directory)).toEqual([`${name}.wav`]);
  });

  test('that failed leaves no file, and is tried again', async () => {
    const { prompts, first } = given('local');
    first.failure = new ActionError('SPEECH_FAILED', 'broken');
    await expect(prompts.prompt(hello, signal)).rejects.toMatchObject({ code: 'SPEECH_FAILED' });
    expect(await readdir(directory)).toEqual([]);
    first.failure = undefined;
    await prompts.prompt(hello, signal);
    expect(first.asked).toHaveLength(2);
  });

  test('goes on for the others when one caller hangs up', async () => {
    const { prompts, first } = given('local');
    const gate = Promise.withResolvers<void>();
    first.onSpeaking = () => gate.promise;
    const abort = new AbortController();
    const leaving = prompts.prompt(hello, abort.signal);
    const staying = prompts.prompt(hello, signal);
    abort.abort(new Error('hung up'));
    await expect(leaving).rejects.toThrow('hung up');
    gate.resolve();
    await staying;
    expect(first.asked).toHaveLength(1);
  });

  test('nobody waits for any more is given up, and spoken anew for the next one', async () => {
    const { prompts, first } = given('local');
    const abort = new AbortController();
    first.onSpeaking = async () => {
      abort.abort(new Error('hung up'));
      first.signals[0]?.throwIfAborted();
    };
    await expect(prompts.prompt(hello, abort.signal)).rejects.toThrow('hung up');
    expect(first.signals[0]?.aborted).toBe(true);
    first.onSpeaking = async () => undefined;
    await prompts.prompt(hello, signal);
    expect(first.asked).toHaveLength(2);
    await expect.poll(() => readdir(directory)).toHaveLength(1);
  });

  test('nobody waits for any more may fail without a word', async () => {
    const { prompts, first } = given('local');
    first.failure = new Error('broken');
    await expect(prompts.prompt(hello, AbortSignal.abort(new Error('hung up')))).rejects.toThrow('hung up');
    await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail the run
    await prompts.prompt(hello, signal).catch(() => undefined);
  });

  test('that cannot be written is a failure with a code', async () => {
    await writeFile(directory, 'a file where the folder should be');
    const { prompts } = given('local');
    await expect(prompts.prompt(hello, signal)).rejects.toMatchObject({ code: 'SPEECH_FAILED' });
  });
});

describe('the text', () => {
  test.each(['', ' \n', 'x'.repeat(5_001)])('that is empty or too long is refused (%#)', async (text) => {
    const { prompts, first } = given('local');
    await expect(prompts.prompt({ ...hello, text }, signal)).rejects.toMatchObject({ code: 'INVALID_TEXT' });
    expect(first.asked).toEqual([]);
  });

  test('with markup goes to the engine rebuilt, and a bad one to nobody', async () => {
    const { prompts, first } = given('local');
    await prompts.prompt({ ...hello, text: '<speak version="1.0">a<!-- b --></speak>' }, signal);
    expect(first.asked).toMatchObject([{ ssml: '<speak>a</speak>' }]);
    expect(first.asked[0]).not.toHaveProperty('text');
    const bad = { ...hello, text: '<speak><audio src="x"/></speak>' };
    await expect(prompts.prompt(bad, signal)).rejects.toMatchObject({ code: 'INVALID_TEXT' });
    expect(first.asked).toHaveLength(1);
  });
});

describe('the engines', () => {
  test('are asked in their order, until one can', async () => {
    const { prompts, engines } = given('gcp', 'aws', 'local');
    engines[0]!.failure = new Error('quota');
    engines[1]!.failure = new ActionError('SPEECH_FAILED', 'down');
    await prompts.prompt(hello, signal);
    expect(engines.map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
  });

  test('the wanted one is asked first, the others in their order', async () => {
    const { prompts, engines } = given('gcp', 'aws', 'local');
    const order: string[] = [];
    for (const engine of engines) {
      engine.failure = new Error('down');
      engine.onSpeaking = async () => void order.push(engine.name);
    }
    await expect(prompts.prompt({ ...hello, provider: 'local' }, signal)).rejects.toMatchObject({
      code: 'SPEECH_FAILED',
    });
    expect(order).toEqual(['local', 'gcp', 'aws']);
  });

  test('without credentials are passed over', async () => {
    const { prompts, engines } = given('gcp', 'local');
    engines[0]!.available = false;
    await prompts.prompt({ ...hello, provider: 'gcp' }, signal);
    expect(engines.map(({ asked }) => asked.length)).toEqual([0, 1]);
  });

  test('a voice is its provider’s: the next one speaks with its own', async () => {
    const { prompts, engines } = given('gcp', 'local');
    engines[0]!.failure = new Error('down');
    await prompts.prompt({ ...hello, provider: 'gcp', voice: 'en-US-Wavenet-D', gender: 'male' }, signal);
    expect(engines.map(({ asked }) => asked[0]?.voice)).toEqual(['en-US-Wavenet-D', undefined]);
    expect(engines[1]!.asked[0]?.gender).toBe('male');
  });

  test('a voice without a provider is the first one’s', async () => {
    const { prompts, engines } = given('gcp', 'local');
    await prompts.prompt({ ...hello, voice: 'en-US-Wavenet-D' }, signal);
    expect(engines[0]!.asked[0]?.voice).toBe('en-US-Wavenet-D');
  });

  test('a voice that names its provider is no other’s, though the flow does not say so', async () => {
    const { prompts, first } = given('local');
    for (const voice of ['en-US-Wavenet-D', 'de-DE-Chirp3-HD-Achernar', 'cmn-CN-Standard-A', 'Joanna', 'Léa'])
      await prompts.prompt({ ...hello, voice }, signal);
    expect(first.asked.map(({ voice }) => voice)).toEqual(Array(5).fill(undefined));
    for (const voice of ['en-gb', 'en-us+f3', 'nosuch', 'en-US-wavenet', 'Nobody'])
      await prompts.prompt({ ...hello, voice }, signal);
    expect(first.asked.slice(5).map(({ voice }) => voice)).toEqual([
      'en-gb',
      'en-us+f3',
      'nosuch',
      'en-US-wavenet',
      'Nobody',
    ]);
    await prompts.prompt({ ...hello, voice: 'Joanna', provider: 'local' }, signal);
    expect(first.asked.at(-1)?.voice).toBe('Joanna');
  });

  test('that are none are a failure', async () => {
    await expect(given().prompts.prompt(hello, signal)).rejects.toMatchObject({ code: 'SPEECH_FAILED' });
  });

  test('the last one’s reason is the reason', async () => {
    const { prompts, first } = given('local');
    first.failure = new ActionError('UNKNOWN_LANGUAGE', 'nobody speaks tlh');
    await expect(prompts.prompt({ ...hello, language: 'tlh' }, signal)).rejects.toMatchObject({
      code: 'UNKNOWN_LANGUAGE',
    });
  });
});
