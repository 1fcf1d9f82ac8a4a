import type { Result } from '@aws-sdk/client-transcribe-streaming';
import type { Heard } from '../../ports/hearing.ts';

/** What one event of Amazon Transcribe's says. */
export function heardIn(results: readonly Result[]): Heard[] {
  return results.flatMap(({ Alternatives: [best] = [], IsPartial, StartTime = 0, EndTime = 0 }) => {
    const text = best?.Transcript?.trim() ?? '';
    if (text === '') return [];
    const confidences = (best?.Items ?? []).flatMap(({ Confidence }) => Confidence ?? []);
    const sum = confidences.reduce((total, each) => total + each, 0);
    return {
      text,
      isFinal: IsPartial === false,
      start: StartTime * 1_000,
      end: EndTime * 1_000,
      confidence: confidences.length > 0 ? sum / confidences.length : undefined,
    };
  });
}
