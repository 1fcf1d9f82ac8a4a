const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** "oh" is heard only where somebody asks for it: much of what is no word at all sounds like one. */
const digitWords = new Set([...digits, 'oh']);

/** A phrase as it is said. */
export interface SpokenForm {
  /** As whoever wants to hear it wrote it. */
  readonly hint: string;
  readonly words: readonly string[];
}

/**
 * How a hint is said: in small letters and without its signs; a number digit by digit. What is no word of the Latin alphabet stays
 * in it, and is in no dictionary.
 */
export function spokenFormOf(hint: string): SpokenForm {
  const words = hint
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’ʼ]/g, "'")
    .replace(/\d/g, (digit) => ` ${digits[Number(digit)]} `)
    .split(/[^\p{L}\p{M}\p{N}']+/u)
    .filter((word) => /[^']/.test(word));
  return { hint: hint.trim(), words };
}

/** Whether nothing but digits is said, in figures or in words. */
export function isOfDigits({ words }: SpokenForm): boolean {
  return words.every((word) => digitWords.has(word));
}

/** What was heard, written as the hints are: the longest that fits, one after the other. */
export function asWritten(words: readonly string[], forms: readonly SpokenForm[]): string {
  const written: string[] = [];
  for (let at = 0; at < words.length; ) {
    const fitting = longestAt(words.slice(at), forms);
    written.push(fitting?.hint ?? words[at] ?? '');
    at += fitting?.words.length ?? 1;
  }
  return written.join(' ');
}

function longestAt(words: readonly string[], forms: readonly SpokenForm[]): SpokenForm | undefined {
  const fitting = forms.filter((form) => form.words.every((word, index) => word === words[index]));
  return fitting.toSorted((one, other) => other.words.length - one.words.length)[0];
}
