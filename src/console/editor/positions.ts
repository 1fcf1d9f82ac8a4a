import { arranged, below, type Point, type Positions, start } from './layout.ts';
import type { Catalogue, Items } from './model.ts';

/** Where the nodes of a flow were put, by the ids of their actions: what has none has no place that lasts. */
type Stored = Readonly<Record<string, Point>>;

const keyOf = (flowId: string): string => `ariflow.layout.${flowId}`;

export function rememberPositions(flowId: string, items: Items, positions: Positions): void {
  const stored: Record<string, Point> = {};
  for (const { key, id } of named(items)) {
    const point = positions.get(key);
    if (point) stored[id] = point;
  }
  try {
    localStorage.setItem(keyOf(flowId), JSON.stringify(stored));
  } catch {
    // A browser that keeps nothing draws it anew the next time.
  }
}

/** As they were put, where all of the flow was; else arranged anew. */
export function positionsOf(flowId: string, items: Items, catalogue: Catalogue): Positions {
  const stored = storedOf(flowId);
  const known = named(items).flatMap(({ key, id }) => (stored[id] ? [[key, stored[id]] as const] : []));
  return known.length === items.length + 1 ? new Map(known) : arranged(items, catalogue);
}

function storedOf(flowId: string): Stored {
  try {
    return JSON.parse(localStorage.getItem(keyOf(flowId)) ?? '{}') as Stored;
  } catch {
    return {};
  }
}

function named(items: Items): readonly { readonly key: string; readonly id: string }[] {
  const actions = items.flatMap(({ key, action }) => (action.id ? [{ key, id: action.id }] : []));
  return [{ key: start, id: '' }, ...actions];
}

/** A place for each action: what has none yet stands below the one before it. */
export function completed(positions: Positions, items: Items): Positions {
  if (items.every(({ key }) => positions.has(key))) return positions;
  const all = new Map(positions);
  for (const [index, { key }] of items.entries())
    if (!all.has(key)) all.set(key, below(all, items[index - 1]?.key ?? start));
  return all;
}
