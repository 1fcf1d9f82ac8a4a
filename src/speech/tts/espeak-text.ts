/**
 * Plain words as espeak-ng takes them for words: what it would take for its own commands (control characters) is left out,
 * and what it reads wrongly or not at all (letters with separate accents, digits and letters of full width) is
 * written in the usual way.
 */
export function cleanText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\uFF66-\uFF9D]+/g, (wide) => wide.normalize('NFKC'))
    .replace(/(?![\t\n])\p{Cc}|[\uE000-\uE0FF]/gu, ' ');
}

/**
 * Two brackets begin its phoneme notation, however they are escaped, and behind two that end it a tag is read aloud; with a blank
 * between them they do neither.
 */
export function withoutPhonemes(text: string): string {
  return text.replace(/([[\]])(?=\1)/g, '$1 ');
}

/** Digit by digit, with a short pause where the writer made a gap: `1-800` is "one, eight zero zero". */
export function digitByDigit(text: string): string {
  return text.replace(/\p{Nd}(?:[\p{Nd}\s()./-]*\p{Nd})?/gu, (run) =>
    run
      .split(/\P{Nd}+/u)
      .map((group) => [...group].join(' '))
      .join(', '),
  );
}

/** Of text nobody has marked: what is surely a telephone number, or of seven digits and more. */
const numbers = new RegExp(
  [
    String.raw`\+\d[\d ()/-]{3,}\d`,
    String.raw`(?<![\d-])(?:1-)?\d{3}-\d{3}-\d{4}(?!-)`,
    String.raw`(?<!\d[.,:/])\d{7,}`,
  ]
    .map((number) => String.raw`(?<![\p{L}\p{N}])(?:${number})(?![\p{L}\p{N}]|[.,:/]\d)`)
    .join('|'),
  'gu',
);

/** A caller's number read as a quantity ("eighteen billion …") is understood by nobody. */
export function speakNumbers(text: string): string {
  return text.replace(numbers, digitByDigit);
}
