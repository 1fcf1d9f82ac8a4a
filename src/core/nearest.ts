/** A slip of the finger or two; fewer in a short word, where more would make it any other. */
const mostSlips = 3;

/** Longer ones are nobody's slip, and take long to compare. */
const longestWord = 64;

/** The one of these that a mistyped word was to be; `undefined` where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined;
  const most = Math.min(mostSlips, Math.ceil(word.length / 3));
  const [best] = [...known]
    .filter((candidate) => Math.abs(candidate.length - word.length) <= most)
    .map((candidate) => ({ candidate, distance: distanceOf(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance);
  return best?.candidate;
}

/** What a complaint about a word ends with: `, did you mean talk?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `, did you mean ${meant}?`;
}

/** Levenshtein's, as Damerau counts: how many letters to insert, delete or replace, or pairs of them to turn round. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  let rowBefore = row;
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      const isTurned =
        index > 0 && column > 0 && letter === other[column - 1] && otherLetter === one[index - 1];
      const turned = isTurned ? (rowBefore[column - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(replaced, turned, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    rowBefore = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
