import type { Element } from '@xmldom/xmldom';
import { factorOf, prosodyWords } from './prosody-factor.ts';
import type { Wanted } from './say-as/say-as.ts';

/** How something is said: factors of what the voice does of itself. */
export interface Manner {
  readonly rate: number;
  readonly pitch: number;
  readonly volume: number;
  readonly emphasis?: 'reduced' | 'moderate' | 'strong' | undefined;
  readonly sayAs?: Wanted | undefined;
}

export const plainly: Manner = { rate: 1, pitch: 1, volume: 1 };

/** What espeak-ng can do; beyond it stays where it is. */
const bounds = { rate: [0.2, 3], pitch: [0.5, 2], volume: [0, 3] } as const;

/** What `<prosody>` makes of a manner. `usualPitch` is the voice's own, in Hz. */
export function withProsody(manner: Manner, element: Element, usualPitch: number): Manner {
  const changed = { ...manner };
  for (const name of ['rate', 'pitch', 'volume'] as const) {
    const value = element.getAttribute(name);
    if (!value) continue;
    const word = (prosodyWords[name] as Record<string, number>)[value];
    const [least, most] = bounds[name];
    changed[name] = Math.min(most, Math.max(least, word ?? factorOf(name, value, manner[name], usualPitch)));
  }
  return changed;
}

const loudness = { reduced: 0.75, moderate: 1.2, strong: 1.5 } as const;

/** What `<emphasis>` makes of a manner. */
export function withEmphasis(manner: Manner, element: Element): Manner {
  const level = element.getAttribute('level') || 'moderate';
  return { ...manner, emphasis: level in loudness ? (level as keyof typeof loudness) : undefined };
}

/**
 * Writes what is said in a manner. All of it stands in each: espeak-ng forgets the volume around an emphasis, and a pause
 * inside a slow passage would grow with it.
 */
export function inManner(content: string, manner: Manner): string {
  const { rate, pitch, volume, emphasis } = manner;
  const loud = volume * (emphasis ? loudness[emphasis] : 1);
  const attributes = [
    rate === 1 ? '' : ` rate="${Math.round(rate * 100)}%"`,
    // Its pitch of 100 % more is an octave less that of the melody on top, which is `range`.
    pitch === 1
      ? ''
      : ` pitch="${Math.round(100 * (1 + Math.log2(pitch)))}%" range="${Math.round(100 * pitch)}%"`,
    loud === 1 && !emphasis ? '' : ` volume="${Math.round(loud * 100)}"`,
  ].join('');
  const said = attributes ? `<prosody${attributes}>${content}</prosody>` : content;
  return emphasis ? `<emphasis level="${emphasis}">${said}</emphasis>` : said;
}
