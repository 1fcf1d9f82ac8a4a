import type { Like } from './grammar.ts';
import { findLike } from './like.ts';
import type { Heard } from './played.ts';

/** A place in all that was heard: behind so many characters of one of its texts. */
export interface HeardPlace {
  readonly index: number;
  readonly offset: number;
}

export const nothingHeard: HeardPlace = { index: 0, offset: 0 };

/** The place behind what is looked for, from another place on; within one text. @throws PatternOverrun */
export function nextHeard(wanted: Like, heard: readonly Heard[], from: HeardPlace): HeardPlace | undefined {
  for (let index = from.index; index < heard.length; index++) {
    const skipped = index === from.index ? from.offset : 0;
    const found = findLike(wanted, (heard[index]?.text ?? '').slice(skipped));
    if (found) return { index, offset: skipped + found[1] };
  }
  return undefined;
}
