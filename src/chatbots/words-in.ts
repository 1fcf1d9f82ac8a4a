/** The whole words among the first characters of a text; of one that is written without blanks, these characters. */
export function wordsIn(text: string, characters: number): string {
  if (characters >= text.length) return text;
  const begun = text.slice(0, Math.max(0, Math.floor(characters)));
  return /\s/.test(text) ? begun.replace(/\S+$/, '').trim() : begun;
}
