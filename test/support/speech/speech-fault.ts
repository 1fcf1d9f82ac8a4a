/**
 * How a provider misbehaves. `quota`: too much was asked; `expired`: the credentials are no longer good; `unavailable`: it says that it
 * is not well; `slow`: the answer comes after seconds; `silent`: never; `garbage`: a success of other bytes; `cut`: a success of which
 * half comes.
 */
export type SpeechFault = 'quota' | 'expired' | 'unavailable' | 'slow' | 'silent' | 'garbage' | 'cut';

export const speechFaults: readonly SpeechFault[] = [
  'quota',
  'expired',
  'unavailable',
  'slow',
  'silent',
  'garbage',
  'cut',
];

/** Later than any caller waits. */
export const slowAnswer = 4_000;

/** Bytes that are no audio, the same each time. */
export function garbage(size = 16_000): Buffer {
  let seed = 12_345;
  return Buffer.from(
    Uint8Array.from({ length: size }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 16;
    }),
  );
}
