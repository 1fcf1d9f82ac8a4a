import { isOfDigits, type SpokenForm } from './spoken-form.ts';

/** What is listened for, in a form that pocketsphinx reads (JSGF). */
export interface Grammar {
  readonly text: string;
  /** Every word in it, once. */
  readonly words: readonly string[];
  /** Nothing but digits: several of them in a row are one utterance. */
  readonly isOfDigits: boolean;
}

/** The grammar of phrases: one of them, or, where all of them are digits, any row of them. */
export function grammarOf(forms: readonly SpokenForm[]): Grammar {
  const digits = forms.every(isOfDigits);
  const choice = [...new Set(forms.map(({ words }) => words.join(' ')))].join(' | ');
  return {
    text: `#JSGF V1.0;\ngrammar hints;\npublic <heard> = ${digits ? `( ${choice} )+` : choice} ;\n`,
    words: [...new Set(forms.flatMap(({ words }) => words))],
    isOfDigits: digits,
  };
}
