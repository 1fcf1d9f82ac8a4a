import { ActionError } from '../../core/errors.ts';

/** Read in every voice: espeak-ng changes to the language of the script by itself, or names a letter (`π`). */
const everywhere =
  /[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}\p{Script=Greek}\p{Script=Armenian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Tamil}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Georgian}\p{Script=Hangul}]/u;

/** Read by the voices of these languages; the others spell it ("Japanese letter, Japanese letter"). */
const native: readonly { name: string; letter: RegExp; languages: string }[] = [
  {
    name: 'Cyrillic',
    letter: /\p{Script=Cyrillic}/u,
    languages: 'ru uk be bg mk sr bs hr kk ky tt ba cv nog kaa uz lv',
  },
  { name: 'Arabic', letter: /\p{Script=Arabic}/u, languages: 'ar fa ur sd ug' },
  { name: 'Hebrew', letter: /\p{Script=Hebrew}/u, languages: 'he' },
  { name: 'Thai', letter: /\p{Script=Thai}/u, languages: 'th' },
  { name: 'Telugu', letter: /\p{Script=Telugu}/u, languages: 'te' },
  { name: 'Odia', letter: /\p{Script=Oriya}/u, languages: 'or' },
  { name: 'Burmese', letter: /\p{Script=Myanmar}/u, languages: 'my' },
  { name: 'Ethiopic', letter: /\p{Script=Ethiopic}/u, languages: 'am ti' },
  { name: 'Chinese', letter: /\p{Script=Han}/u, languages: 'cmn yue' },
  { name: 'Japanese', letter: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, languages: 'ja' },
];

/**
 * Makes sure that a voice reads these letters.
 * @throws ActionError `UNKNOWN_LANGUAGE`: Chinese characters in Japanese, for one, are read by no voice of espeak-ng's.
 */
export function checkScripts(text: string, language: string): void {
  const [base = ''] = language.split('-');
  for (const letter of new Set(text.match(/\p{L}/gu))) {
    if (everywhere.test(letter)) continue;
    const script = native.find((each) => each.letter.test(letter));
    if (script?.languages.split(' ').includes(base)) continue;
    throw new ActionError(
      'UNKNOWN_LANGUAGE',
      `the local engine cannot read ${script?.name ?? 'these'} letters in ${base}`,
    );
  }
}
