import { expect, test } from 'vitest';
import { knownVoices } from '../../../src/speech/known-voices.ts';
import { Espeak } from '../../../src/speech/tts/espeak.ts';
import { FakeTts } from '../../support/fake-tts.ts';

test('a language is unknown only where nobody who can be asked may speak it', async () => {
  const local = new Espeak();
  local.speaks = async () => (language) => language.startsWith('en');
  const cloud = new FakeTts('gcp');
  const { languageProblem } = await knownVoices(local, [cloud, local]);
  expect(languageProblem('fil-PH')).toBeUndefined();
  expect(languageProblem('xx-XX')).toContain('no engine here speaks xx-XX');
  cloud.available = false;
  const alone = await knownVoices(local, [cloud, local]);
  expect(alone.languageProblem('fil-PH')).toContain('no engine here speaks fil-PH');
  expect(alone.languageProblem('en-GB')).toBeUndefined();
});

test('a voice is unknown only where the local engine is meant', async () => {
  const local = new Espeak();
  local.voiceProblem = async () => (voice) => (voice === 'en-gb' ? undefined : 'no such voice');
  const cloud = new FakeTts('gcp');
  const known = await knownVoices(local, [cloud, local]);
  expect(known.voiceProblem('nobody', 'local')).toBe('no such voice');
  expect(known.voiceProblem('en-gb', 'local')).toBeUndefined();
  expect([known.voiceProblem('nobody', undefined), known.voiceProblem('nobody', 'gcp')]).toEqual([
    undefined,
    undefined,
  ]);
  cloud.available = false;
  const alone = await knownVoices(local, [cloud, local]);
  expect(alone.voiceProblem('nobody', undefined)).toBe('no such voice');
  expect(alone.voiceProblem('Joanna', undefined)).toBeUndefined();
});

test('a provider can be asked where an engine of its name is there', async () => {
  const local = new Espeak();
  const voices = await knownVoices(local, [local, new FakeTts('gcp')]);
  expect(['local', 'gcp', 'aws'].filter((provider) => voices.isAvailable(provider))).toEqual([
    'local',
    'gcp',
  ]);
});
