import { expect, test } from 'vitest';
import { knownVoices } from '../../../src/speech/known-voices.ts';
import { Espeak } from '../../../src/speech/tts/espeak.ts';
import { FakeTts } from '../../support/fake-tts.ts';

test('a provider can be asked where an engine of its name is there', async () => {
  const local = new Espeak();
  const voices = await knownVoices(local, [local, new FakeTts('gcp')]);
  expect(['local', 'gcp', 'aws'].filter((provider) => voices.isAvailable(provider))).toEqual([
    'local',
    'gcp',
  ]);
});
