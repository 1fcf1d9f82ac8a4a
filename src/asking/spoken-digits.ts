import { isList, type Phrases, wordsOf } from '../hearing/phrases.ts';

const digitWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

const english: ReadonlyMap<string, string> = new Map([
  ...digitWords.map((word, digit): [string, string] => [word, String(digit)]),
  ['oh', '0'],
]);

const multiples: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
]);

/** What an engine is to listen for where nobody says. */
export const digitHints = digitWords.map((_, digit) => String(digit));

/**
 * The digits of a number as it was said: of each phrase its own, of figures themselves, of English words theirs ("double five" too).
 * What else was said does not count.
 */
export function digitsSaid(said: string, phrases: Phrases): string {
  const words = wordsOf(said).split(' ');
  const known = isList(phrases)
    ? []
    : Object.entries(phrases).map(([phrase, digits]) => [wordsOf(phrase), digits] as const);
  const longestFirst = known.toSorted(([one], [other]) => other.length - one.length);
  let digits = '';
  for (let at = 0; at < words.length; ) {
    const rest = words.slice(at).join(' ');
    const phrase = longestFirst.find(([each]) => each !== '' && `${rest} `.startsWith(`${each} `));
    const word = words[at] ?? '';
    const times = multiples.get(word);
    const next = digitOf(words[at + 1] ?? '');
    if (phrase) digits += phrase[1];
    else if (times && next.length === 1) digits += next.repeat(times);
    else digits += digitOf(word);
    if (phrase) at += phrase[0].split(' ').length;
    else at += times && next.length === 1 ? 2 : 1;
  }
  return digits;
}

function digitOf(word: string): string {
  return /^[0-9]+$/.test(word) ? word : (english.get(word) ?? '');
}
