/** A text as it may stand in a header: a blank for each control character, and no half characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').toWellFormed();
}

/** The user part of a URI, which is no place for blanks either: what a stranger wrote into it reaches nothing of ours. */
export function userPart(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, '').toWellFormed();
}

/** As much of it as may stand where there is a limit; no half of a character at the end. */
export function cut(most: number): (text: string) => string {
  return (text) =>
    oneLine(text)
      .slice(0, most)
      .replace(/[\uD800-\uDBFF]$/, '');
}
