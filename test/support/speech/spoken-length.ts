import type { SynthesisRequest } from '../../../src/speech/tts.ts';

/** Milliseconds a letter. */
const letter = 60;

/** How long an engine of the tests hums, in milliseconds: as long as the words, and its pauses. */
export function spokenLength({ text, ssml = '' }: Pick<SynthesisRequest, 'text' | 'ssml'>): number {
  if (text !== undefined) return text.length * letter;
  const breaks = [...ssml.matchAll(/<break time="(\d+)(m?s)"\/>/g)];
  const pauses = breaks.reduce((sum, [, time, unit]) => sum + Number(time) * (unit === 's' ? 1_000 : 1), 0);
  return ssml.replace(/<[^>]*>/g, '').length * letter + pauses;
}
