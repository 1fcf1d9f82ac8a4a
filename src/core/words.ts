/** What is kept of these texts to be found by: in small letters, and without what PostgreSQL keeps in no text. */
export function wordsOf(...texts: readonly (string | undefined)[]): string {
  return plain(texts.filter((text) => text !== undefined && text !== '').join(' ')).slice(0, 1_000);
}

/** Whole parties in such words: `targetPattern` finds one and not another that has it as a part. */
export function partyWords(...targets: readonly string[]): string {
  return ` ${wordsOf(...targets)} `;
}

/** What words of parties are like that have this one among them. */
export function targetPattern(target: string): string {
  return patternOf(` ${target} `);
}

/** What such words are like that have a text in them. */
export function patternOf(text: string): string {
  return `%${plain(text).replace(/[\\%_]/g, '\\$&')}%`;
}

function plain(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC') // an accent may stand on its own behind its letter, as Apple's systems write it
    .replace(/\p{Cc}+/gu, ' ')
    .toLowerCase();
}
