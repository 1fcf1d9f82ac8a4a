import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OpenAi } from '../../../src/speech/tts/openai.ts';
import { MediaServer } from '../../support/media-server.ts';

test.each([
  [404, 'lasting'],
  [401, 'lasting'],
  [429, 'lasting'],
  [500, 'passing'],
  [302, 'passing'],
])('a server that answers %d is known to be %sly of no use', async (status, duration) => {
  await using server = await MediaServer.open({ '/v1/audio/speech': { status, body: '{}' } });
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-openai-'));
  const engine = new OpenAi({ url: `${server.url}/v1/`, model: 'tts-1', voice: 'alloy' });
  const { signal } = new AbortController();
  try {
    const speaking = engine.synthesize({ text: 'hello', language: 'en' }, join(folder, 'a.wav'), signal);
    await expect(speaking).rejects.toMatchObject({ code: 'SPEECH_FAILED', duration });
    const named = { text: 'hello', language: 'en', voice: 'nobody' };
    const code = status === 404 ? 'UNKNOWN_VOICE' : 'SPEECH_FAILED';
    await expect(engine.synthesize(named, join(folder, 'b.wav'), signal)).rejects.toMatchObject({ code });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('without a URL there is no such engine, and it says what it takes', () => {
  const engine = new OpenAi({ model: 'tts-1', voice: 'alloy' });
  expect([engine.isAvailable(), engine.missing]).toEqual([false, 'no server: expected ARIFLOW_OPENAI_URL']);
});
