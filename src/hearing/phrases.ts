/** Phrases, and the digits that each stands for; a list of phrases stands for none. */
export type Phrases = readonly string[] | Readonly<Record<string, string>>;

export function phrasesIn(phrases: Phrases): readonly string[] {
  return isList(phrases) ? phrases : Object.keys(phrases);
}

/** The digits of the phrase that was said: of several the longest one, of none nothing. */
export function digitsOf(said: string, phrases: Phrases): string {
  if (isList(phrases)) return '';
  const words = wordsOf(said);
  const found = Object.entries(phrases)
    .map(([phrase, digits]) => ({ words: wordsOf(phrase), digits }))
    .filter((phrase) => phrase.words !== '' && ` ${words} `.includes(` ${phrase.words} `))
    .sort((one, other) => other.words.length - one.words.length);
  return found[0]?.digits ?? '';
}

/** Without what one engine writes and another does not: signs, case, accents in one form. */
export function wordsOf(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

export function isList(phrases: Phrases): phrases is readonly string[] {
  return Array.isArray(phrases);
}
