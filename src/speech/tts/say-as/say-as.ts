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

/**
 * Writes out what `<say-as>` asks for, in words that a plain engine reads right in the language; a text that is not what it
 * is said to be, or a kind that nobody knows, stays as it is.
 */
export function sayAs(text: string, wanted: { as: string; format: string }, language: string): Said {
  const plain = { text: speakNumbers(text) };
  const or = (written: string | undefined): Said => (written === undefined ? plain : { text: written });
  // Chinese characters, in which dates and amounts are written, are not read in Japanese.
  const isWritten = language !== 'ja';
  switch (wanted.as) {
    case 'characters':
    case 'spell-out':
    case 'spell':
    case 'verbatim':
    case 'letters':
    case 'tts:char':
    case 'tts:key':
      return { text: letters(text), isSpelled: true };
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
