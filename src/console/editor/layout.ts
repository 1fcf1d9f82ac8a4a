import { handlesOf, start, type Way, type Ways } from './model.ts';
import { rankedOf } from './ranks.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Positions = ReadonlyMap<string, Point>;

/** In pixels, of every node; one with many ways out is wider. */
export const size = { width: 230, height: 96 };
const wayWidth = 58;
const gap = { x: 40, y: 60 };

/** Of a node with these ways out, in pixels. */
export function widthOf(ways: readonly Way[] = []): number {
  return Math.max(size.width, handlesOf(ways).length * wayWidth);
}

/** A part of the drawing, its first node at 0: where everything in it stands, and how far it reaches to both sides at each rank. */
interface Part {
  readonly places: Map<string, number>;
  readonly reach: Map<number, { left: number; right: number }>;
}

/**
 * Each action in its place, from above to below: what several ways lead to stands under where these ways begin, all else
 * under what leads to it, side by side. The time it takes grows with the number of actions, not of ways that cross.
 */
export function arranged(ways: Ways): Positions {
  const { ranks, children, loose } = rankedOf(ways);
  const partOf = (key: string): Part => {
    const half = widthOf(ways.get(key)) / 2;
    const part: Part = {
      places: new Map([[key, 0]]),
      reach: new Map([[ranks.get(key) ?? 0, { left: -half, right: half }]]),
    };
    const { beside = [], below: under = [] } = children.get(key) ?? {};
    const row = sideBySide(beside.map(partOf));
    if (row) put(part, row.part, -row.middle);
    for (const each of under) putFree(part, partOf(each));
    return part;
  };
  const whole = partOf(start);
  for (const key of loose) putFree(whole, partOf(key));
  return new Map(
    [...whole.places].map(([key, middle]) => {
      const x = middle - widthOf(ways.get(key)) / 2;
      return [key, { x, y: (ranks.get(key) ?? 0) * (size.height + gap.y) }];
    }),
  );
}

/** Parts from left to right, and where the middle between the first and the last of them is. */
function sideBySide(parts: readonly Part[]): { readonly part: Part; readonly middle: number } | undefined {
  const [first, ...others] = parts;
  if (!first) return undefined;
  let last = 0;
  for (const other of others) {
    last = freeOf(first, other);
    put(first, other, last);
  }
  return { part: first, middle: last / 2 };
}

/** Into a part, as far to the left as there is room for it. */
function putFree(into: Part, part: Part): void {
  put(into, part, Math.max(0, freeOf(into, part)));
}

/** Where a part may begin on the right of another one. */
function freeOf({ reach }: Part, part: Part): number {
  let free = Number.NEGATIVE_INFINITY;
  for (const [rank, { left }] of part.reach) {
    const taken = reach.get(rank);
    if (taken) free = Math.max(free, taken.right + gap.x - left);
  }
  return Number.isFinite(free) ? free : 0;
}

function put(into: Part, part: Part, x: number): void {
  for (const [key, place] of part.places) into.places.set(key, place + x);
  for (const [rank, { left, right }] of part.reach) {
    const taken = into.reach.get(rank) ?? { left: left + x, right: right + x };
    into.reach.set(rank, {
      left: Math.min(taken.left, left + x),
      right: Math.max(taken.right, right + x),
    });
  }
}

/** A place for each action: what has none yet stands below the one before it, or beside whatever is there. */
export function completed(positions: Positions, keys: readonly string[]): Positions {
  if (keys.every((key) => positions.has(key))) return positions;
  const all = new Map(positions);
  for (const [index, key] of keys.entries()) {
    if (all.has(key)) continue;
    const above = all.get(keys[index - 1] ?? start) ?? { x: 0, y: 0 };
    let place = { x: above.x, y: above.y + size.height + gap.y };
    while ([...all.values()].some((other) => areOneOnAnother(place, other)))
      place = { x: place.x + size.width + gap.x, y: place.y };
    all.set(key, place);
  }
  return all;
}

function areOneOnAnother(one: Point, other: Point): boolean {
  return Math.abs(one.x - other.x) < size.width && Math.abs(one.y - other.y) < size.height;
}
