/** What closes behind a full stop: quotation marks and brackets. */
const closing = String.raw`(?:&#34;|['”’»)\]])`;

const closings = new RegExp(closing, 'gu');

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

const isSign = (character = ''): boolean => /[\s.,;:!?…–—。、，！？،؟'”’»)\]]/u.test(character);

/**
 * A sign at the end makes a pause of its own, on top of the one that follows it: in a manner, the longer the slower, and behind
 * what closes. So it stands outside, and what closes, which is not said, is left out. `said` is in one manner.
 */
export function withSignsOutside(said: string): string {
  const [, words = '', tags = '', rest = ''] =
    /^(.*?)((?:<\/(?:prosody|emphasis)>)*)([\s.,;:!?…–—-]*)$/su.exec(said) ?? [];
  const end = endOfWords(words);
  return `${words.slice(0, end)}${tags}${words.slice(end).replace(closings, '')}${rest}`;
}

function endOfWords(written: string): number {
  let end = written.length;
  for (;;) {
    const endsCharacter = /&#\d+;$/.test(written.slice(Math.max(0, end - 8), end));
    if (written.endsWith('&#34;', end)) end -= 5;
    else if (isSign(written[end - 1]) && !endsCharacter) end--;
    else return end;
  }
}

/** What is said instead of something is no part of the word beside it; before a sign there is no blank. */
export function blankBetween(before: string, after: string): string {
  return /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}+-]/u.test(after) ? ' ' : '';
}
