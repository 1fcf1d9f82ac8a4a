import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CachedFiles } from '../../src/core/cached-files.ts';
import { Deadline } from '../../src/core/deadline.ts';
import { silentLog } from '../../src/core/log.ts';
import { Prompts } from '../../src/speech/prompts.ts';
import type { Spoken } from '../../src/speech/speaker.ts';
import type { Tts } from '../../src/speech/tts.ts';
import { FakeTts } from '../support/fake-tts.ts';
import { Relay } from '../support/relay.ts';
import {
  awayCloud,
  type CloudName,
  cloudNames,
  cloudTones,
  type GivenCloud,
  givenCloud,
} from '../support/speech/given-clouds.ts';
import { speechFaults } from '../support/speech/speech-fault.ts';
import { dominantFrequency } from '../support/tones.ts';
import { ttsContract } from '../support/tts-contract.ts';
import { eventually, until } from '../support/until.ts';
import { readWav } from '../support/wav.ts';

/** The tone of the local engine of these tests. */
const localTone = 440;
const { signal } = new AbortController();

let directory: string;
const clouds = new Map<CloudName, GivenCloud>();
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ariflow-clouds-'));
  for (const name of cloudNames) {
    const cloud = await givenCloud(name);
    clouds.set(name, cloud);
    // The first time its SDK is loaded.
    await cloud.engine.synthesize(
      { text: 'First.', language: 'en-US' },
      join(directory, `${name}.wav`),
      signal,
    );
  }
});
afterAll(async () => {
  for (const cloud of clouds.values()) await cloud[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const cloudOf = (name: CloudName): GivenCloud => clouds.get(name) as GivenCloud; // made above

/** A cloud with the local engine behind it, and a cache of their own. */
async function given(engine: Tts) {
  const folder = await mkdtemp(join(directory, 'cache-'));
  const spoken: string[] = [];
  const prompts = new Prompts({
    engines: [engine, new FakeTts('local')],
    files: new CachedFiles(folder),
    asteriskDirectory: folder,
    log: silentLog,
    onSpoken: ({ engine: name, result }: Spoken) => void spoken.push(`${name} ${result}`),
  });
  const hear = async (text: string): Promise<number | undefined> => {
    const media = await prompts.prompt({ text, language: 'en-US' }, signal);
    const { channels } = readWav(await readFile(`${media.replace(/^sound:/, '')}.wav`));
    return dominantFrequency(channels[0] ?? new Int16Array());
  };
  return { hear, spoken, folder };
}

for (const name of cloudNames) {
  ttsContract(`${name}, by its own client`, async () => cloudOf(name).engine);

  describe(`${name}, by its own client,`, () => {
    test('is heard as it spoke', async () => {
      const { hear, spoken } = await given(cloudOf(name).engine);
      expect(await hear('Good morning.')).toBe(cloudTones[name]);
      expect(spoken).toEqual([`${name} spoken`]);
    });

    test.each(speechFaults)(
      'that is %s: the local one is heard within 3 s, and nothing of it is kept',
      async (fault) => {
        const { server, engine } = cloudOf(name);
        const { hear, spoken, folder } = await given(engine);
        server.fault = fault;
        try {
          const began = performance.now();
          expect(await hear('Good morning.')).toBe(localTone);
          expect(performance.now() - began).toBeLessThan(3_000);
        } finally {
          server.fault = undefined;
        }
        expect(spoken).toEqual([`${name} failed`, 'local spoken']);
        expect(await readdir(folder)).toHaveLength(1);
        const isLasting = fault === 'quota' || fault === 'expired';
        expect(await hear('Good evening.')).toBe(isLasting ? localTone : cloudTones[name]);
      },
    );

    test('that refuses the connection: the local one is heard at once', async () => {
      const { hear, spoken } = await given(await awayCloud(name));
      const began = performance.now();
      expect(await hear('Good morning.')).toBe(localTone);
      expect(performance.now() - began).toBeLessThan(3_000);
      expect(spoken).toEqual([`${name} failed`, 'local spoken']);
    });

    test('of which the connection is torn in the middle: the local one is heard', async () => {
      const { port } = cloudOf(name).server;
      await using relay = await Relay.to(port);
      await using torn = await givenCloud(name, relay.port);
      const { hear, spoken } = await given(torn.engine);
      const { server } = cloudOf(name);
      const before = server.asked.length;
      server.fault = 'silent';
      try {
        const heard = hear('Good morning.');
        await until(() => server.asked.length > before);
        await relay.shut();
        expect(await heard).toBe(localTone);
      } finally {
        server.fault = undefined;
      }
      expect(spoken).toEqual([`${name} failed`, 'local spoken']);
    });

    test('of which a router has forgotten the connection: it is made anew', async () => {
      await using relay = await Relay.to(cloudOf(name).server.port);
      await using forgotten = await givenCloud(name, relay.port);
      const file = join(directory, `forgotten-${name}.wav`);
      const speak = async (): Promise<string> => {
        using deadline = new Deadline(1_000, signal);
        const asked = { text: 'Good morning.', language: 'en-US' };
        return await forgotten.engine.synthesize(asked, file, deadline.signal).then(
          () => 'spoken',
          () => 'given up',
        );
      };
      await eventually(async () => (await speak()) === 'spoken');
      relay.forget();
      const results: string[] = [];
      for (let count = 0; count < 5; count++) results.push(await speak());
      expect(results.at(-1)).toBe('spoken');
      expect(results.filter((result) => result === 'given up').length).toBeGreaterThan(0);
    });

    test('speaks a text that is longer than one request may be', async () => {
      const { server, engine } = cloudOf(name);
      const file = join(directory, `long-${name}.wav`);
      const before = server.asked.length;
      const text = 'This is one of many sentences. '.repeat(160);
      await engine.synthesize({ text, language: 'en-US' }, file, signal);
      expect(server.asked.length - before).toBeGreaterThanOrEqual(4);
      const { channels } = readWav(await readFile(file));
      expect((channels[0]?.length ?? 0) / 8).toBeGreaterThan(text.trim().length * 60 - 1_000);
    });

    test('takes any SSML that is allowed, and leaves out what it cannot do', async () => {
      const ssml =
        '<speak><voice name="en-US-Wavenet-F">a</voice><lang xml:lang="fr-FR">b</lang><phoneme alphabet="ipa" ph="x">c</phoneme><emphasis level="strong">d</emphasis><prosody rate="+20%" pitch="-2st" volume="50">e</prosody><say-as interpret-as="digits">12</say-as><mark name="m"/> and so on</speak>';
      const file = join(directory, `ssml-${name}.wav`);
      await cloudOf(name).engine.synthesize({ ssml, language: 'en-US' }, file, signal);
      const { channels } = readWav(await readFile(file));
      expect(dominantFrequency(channels[0] ?? new Int16Array())).toBe(cloudTones[name]);
    });
  });
}

test('a document that is too long for a cloud is the next one’s, and says nothing of its health', async () => {
  const ssml = `<speak>${'<p>ääää ääää ääää</p>'.repeat(230)}</speak>`;
  for (const name of ['gcp', 'aws'] as const) {
    const { hear, spoken } = await given(cloudOf(name).engine);
    expect(await hear(ssml)).toBe(localTone);
    expect(await hear('Hello.')).toBe(cloudTones[name]);
    expect(spoken).toEqual([`${name} failed`, 'local spoken', `${name} spoken`]);
  }
});

test('voices are asked for by name, else by language and gender', async () => {
  const ask = async (name: CloudName, request: object) => {
    const { server, engine } = cloudOf(name);
    await engine.synthesize(
      { text: 'hello', language: 'en-US', ...request },
      join(directory, 'v.wav'),
      signal,
    );
    return server.asked.at(-1);
  };
  const voiceOf = (asked: unknown) => (asked as { voice: unknown }).voice; // as Google and OpenAI are asked
  expect(voiceOf(await ask('gcp', { language: 'en', gender: 'male' }))).toMatchObject({
    languageCode: 'en-US',
    name: '',
    ssmlGender: 'MALE',
  });
  expect(voiceOf(await ask('gcp', { language: 'en-US', voice: 'de-DE-Wavenet-B' }))).toMatchObject({
    languageCode: 'de-DE',
    name: 'de-DE-Wavenet-B',
  });
  expect(await ask('aws', { gender: 'male' })).toMatchObject({ VoiceId: 'Matthew', Engine: 'neural' });
  expect(await ask('aws', { language: 'de' })).toMatchObject({ VoiceId: 'Vicki', Engine: 'neural' });
  expect(await ask('aws', { voice: 'Céline' })).toMatchObject({ VoiceId: 'Celine', Engine: 'standard' });
  expect(voiceOf(await ask('openai', {}))).toBe('alloy');
  expect(voiceOf(await ask('openai', { voice: 'nova' }))).toBe('nova');
});
