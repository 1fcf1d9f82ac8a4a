import { pollyVoice } from './tts/polly-voices.ts';

/** Whose voice this is, for flows that name a voice and no provider; `undefined` where the name is not a cloud's. */
export function providerOf(voice: string): 'gcp' | 'aws' | undefined {
  if (/^[a-z]{2,3}-[A-Z]{2}-[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)+$/.test(voice)) return 'gcp';
  return pollyVoice(voice) ? 'aws' : undefined;
}
