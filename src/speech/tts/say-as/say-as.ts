import { digitByDigit, speakNumbers } from '../espeak-text.ts';
import { moneyAsText, unitAsText } from './amount.ts';
import { dateAsText } from './date.ts';
import { fraction, ordinal } from './number.ts';
import { timeAsText } from './time.ts';

export interface Said {
  readonly text: string;
  /** To be spelled, letter by letter; they stand apart. */
  readonly isSpelled?: boolean;
}

export interface Wanted {
  /** `interpret-as`. */
  readonly as: string;
  readonly format: string;
}

const spellings = new Set(['characters', 'spell-out', 'spell', 'verbatim', 'letters', 'tts:char', 'tts:key']);

/** Whether each sign is said. */
export function isSpelled({ as }: Wanted): boolean {
  return spellings.has(as);
}

/**
 * Writes out what `<say-as>` asks for, in words that a plain engine reads right in the language; a text that is not what it
 * is said to be, or a kind that nobody knows, stays as it is.
 */
export function sayAs(text: string, wanted: Wanted, language: string): Said {
  const plain = { text: speakNumbers(text) };
  const or = (written: string | undefined): Said => (written === undefined ? plain : { text: written });
  // Chinese characters, in which dates and amounts are written, are not read in Japanese.
  const isWritten = language !== 'ja';
  if (isSpelled(wanted)) return { text: letters(text), isSpelled: true };
  switch (wanted.as) {
    case 'digits':
    case 'tts:digits':
      return { text: digitByDigit(text) };
    case 'telephone':
    case 'phone':
      return {
        text: digitByDigit(text.replace(/[()]/g, ' ')).replace(/(?<=[\p{L}\p{N}])-+(?=[\p{L}\p{N}])/gu, ', '),
      };
    case 'number':
      return /^(digits|telephone|ordinal|fraction)$/.test(wanted.format)
        ? sayAs(text, { as: wanted.format, format: '' }, language)
        : { text };
    case 'cardinal':
      return { text };
    case 'ordinal':
      return or(ordinal(text.trim(), language));
    case 'fraction':
      return or(fraction(text.trim(), language));
    case 'date':
      return or(isWritten ? dateAsText(text.trim(), wanted.format, language) : undefined);
    case 'time':
      return or(isWritten ? timeAsText(text.trim(), wanted.format, language) : undefined);
    case 'currency':
      return or(isWritten ? moneyAsText(text.trim(), language) : undefined);
    case 'unit':
      return or(isWritten ? unitAsText(text.trim(), language) : undefined);
    case 'expletive':
    case 'bleep':
      return { text: ', ' };
    default:
      return plain;
  }
}

function letters(text: string): string {
  const graphemes = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)];
  return graphemes
    .map(({ segment }) => segment.trim())
    .filter((letter) => letter !== '')
    .join(' ');
}
