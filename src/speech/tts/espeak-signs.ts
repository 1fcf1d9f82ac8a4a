/** What closes behind a full stop: quotation marks and brackets. */
const closing = String.raw`(?:&#34;|['”’»)\]])`;

const namedStop = new RegExp(
  [
    // Behind an element, and before one where more than the tag is between.
    String.raw`(?<=</[a-z-]+>|/>)\.(?=${closing}*(?:[\s<]|$))`,
    String.raw`(?<=\s)\.(?=${closing}*<(?!/say-as))`,
    String.raw`\.(?=${closing}+<(?!/say-as))`,
  ].join('|'),
  'gu',
);

/** A full stop beside a tag would be said ("dot"). That of Chinese and Japanese is none but the end of a sentence, in any language. */
export function withSilentStops(written: string): string {
  return written.replace(namedStop, '。');
}

const isSign = (character = ''): boolean => /[\s,;:!?…–—。、，！？،؟]/u.test(character);

/**
 * A sign at the end of a manner makes a pause of its own, the longer the slower, on top of the one that follows it. `said` is in
 * one manner, and what follows it says nothing.
 */
export function withSignsOutside(said: string): string {
  const [, words = '', tags = '', rest = ''] =
    /^(.*?)((?:<\/(?:prosody|emphasis)>)+)([\s.,;:!?…–—-]*)$/su.exec(said) ?? [];
  let end = words.length;
  while (end > 0 && isSign(words[end - 1])) end--;
  // A semicolon that ends a character is none.
  if (/&#\d+$/.test(words.slice(Math.max(0, end - 8), end))) end++;
  return end === words.length ? said : `${words.slice(0, end)}${tags}${words.slice(end)}${rest}`;
}

/** What is said instead of something is no part of the word beside it; before a sign there is no blank. */
export function blankBetween(before: string, after: string): string {
  return /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}+-]/u.test(after) ? ' ' : '';
}
