/**
 * More than this, in bytes, is spoken in pieces, all at once: a cloud takes no more than some thousand in one request, and for long
 * ones longer than a caller waits.
 */
const longestPiece = 1_500;

/** A text in pieces that end where sentences do; where one is too long, between words. */
export function piecesOf(text: string, most: number = longestPiece): string[] {
  return fits(text, most) ? [text] : packed(text, most, ['sentence', 'word', 'grapheme']);
}

type Granularity = NonNullable<Intl.SegmenterOptions['granularity']>;

function packed(text: string, most: number, [granularity, ...finer]: readonly Granularity[]): string[] {
  if (granularity === undefined) return [text];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of new Intl.Segmenter(undefined, { granularity }).segment(text)) {
    if (fits(piece + segment, most)) {
      piece += segment;
      continue;
    }
    if (piece !== '') pieces.push(piece);
    const parts = fits(segment, most) ? [segment] : packed(segment, most, finer);
    piece = parts.pop() ?? '';
    pieces.push(...parts);
  }
  return [...pieces, piece].filter((each) => each.trim() !== '');
}

function fits(text: string, most: number): boolean {
  return Buffer.byteLength(text) <= most;
}
