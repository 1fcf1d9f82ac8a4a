import type { protos } from '@google-cloud/speech';
import type { Heard } from '../../ports/hearing.ts';

type Results = readonly protos.google.cloud.speech.v1.IStreamingRecognitionResult[];
type Duration = protos.google.protobuf.IDuration | null | undefined;

/**
 * What one response of Google's says: each final result, then all that are not final as one, since they follow one another. Where
 * it tells no time of the words, they began where the last final result ended.
 */
export function heardIn(results: Results, lastEnd: number): Heard[] {
  const all = results.map((result) => {
    const [best] = result.alternatives ?? [];
    const words = best?.words ?? [];
    return {
      text: (best?.transcript ?? '').trim(),
      isFinal: result.isFinal === true,
      start: words[0]?.startTime ? millisecondsOf(words[0].startTime) : undefined,
      end: millisecondsOf(result.resultEndTime),
      confidence: best?.confidence || undefined, // 0: it does not say
    };
  });
  const finals = all.filter(({ isFinal, text }) => isFinal && text !== '');
  const interim = all.filter(({ isFinal, text }) => !isFinal && text !== '');
  let begun = lastEnd;
  const heard = finals.map(({ start, end, ...rest }) => {
    const segment = { ...rest, start: Math.min(start ?? begun, end), end };
    begun = end;
    return segment;
  });
  const [first] = interim;
  if (!first) return heard;
  const text = interim.map((each) => each.text).join(' ');
  const end = Math.max(...interim.map((each) => each.end));
  return [...heard, { text, isFinal: false, start: Math.min(first.start ?? begun, end), end }];
}

function millisecondsOf(duration: Duration): number {
  return Number(duration?.seconds ?? 0) * 1_000 + (duration?.nanos ?? 0) / 1_000_000;
}
