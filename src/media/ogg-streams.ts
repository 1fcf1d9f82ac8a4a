import type { FileHandle } from 'node:fs/promises';

/** More than twice the largest page there can be. */
const windowBytes = 131_072;
const pageHeader = 27;
/** In the flags of a page: a stream begins with it. */
const beginning = 2;

/**
 * Whether all pages of an Ogg are of one stream. What another one has in it sox reads as if it were of the first, or leaves out: of
 * one that is slower or has more channels a caller would hear noise.
 */
export async function isOneStream(file: FileHandle): Promise<boolean> {
  const bytes = Buffer.alloc(windowBytes);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(bytes, 0, windowBytes, at);
    const { end, begun } = pagesIn(bytes.subarray(0, bytesRead));
    if (begun > (at === 0 ? 1 : 0)) return false;
    if (end === 0) return true; // its end, or what is no page
    at += end;
  }
}

/** Where the pages end that lie in a window with the lengths of their pieces, and how many streams begin in them. */
function pagesIn(bytes: Buffer): { readonly end: number; readonly begun: number } {
  let [end, begun] = [0, 0];
  while (bytes.length >= end + pageHeader && bytes.toString('latin1', end, end + 4) === 'OggS') {
    const pieces = bytes[end + pageHeader - 1] ?? 0;
    const lengths = bytes.subarray(end + pageHeader, end + pageHeader + pieces);
    if (lengths.length < pieces) break;
    if (((bytes[end + 5] ?? 0) & beginning) !== 0) begun++;
    end += pageHeader + pieces + lengths.reduce((sum, length) => sum + length, 0);
  }
  return { end, begun };
}
