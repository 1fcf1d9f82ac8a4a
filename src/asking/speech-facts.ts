import type { Facts } from '../flows/variables.ts';
import type { Heard } from '../ports/hearing.ts';

/** The variables that tell what was said; without words, that nothing was. */
export function speechFacts(heard?: Pick<Heard, 'text' | 'confidence'>): Facts {
  const { text = '', confidence } = heard ?? {};
  return {
    'voipbin.call.speech': text,
    'voipbin.call.speech_confidence': confidence === undefined ? '' : String(Number(confidence.toFixed(3))),
  };
}
