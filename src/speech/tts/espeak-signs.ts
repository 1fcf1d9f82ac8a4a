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

/** A sign at the end of a manner makes a pause of its own, the longer the slower, on top of the one that follows it. */
export function withSignsOutside(written: string): string {
  return written.replace(
    /((?<!&#\d+)[,;:!?…–—。、，！？،؟]+\s*)((?:<\/(?:prosody|emphasis)>)+)(?=[\s.,;:!?…–—-]*$)/u,
    '$2$1',
  );
}

/** What is said instead of something is no part of the word beside it; before a sign there is no blank. */
export function blankBetween(before: string, after: string): string {
  return /[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}+-]/u.test(after) ? ' ' : '';
}
