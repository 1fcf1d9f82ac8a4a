import { arranged, completed, type Point, type Positions } from './layout.ts';
import { type ActionJson, type Items, start, type Ways } from './model.ts';

/** As `GET /v1.0/flows/{id}/layout` answers. */
export interface Layout {
  readonly start: Point;
  /** By the ids of actions. */
  readonly actions: Readonly<Record<string, Point>>;
}

/** As they are kept: what has no id yet has no place that lasts. `actions`: the same ones as they are stored. */
export function layoutOf(
  items: Items,
  positions: Positions,
  actions: readonly ActionJson[] = items.map(({ action }) => action),
): Layout {
  const places = items.flatMap(({ key }, index) => {
    const [id, place] = [actions[index]?.id, positions.get(key)];
    return id && place ? [[id, rounded(place)] as const] : [];
  });
  return { start: rounded(positions.get(start) ?? { x: 0, y: 0 }), actions: Object.fromEntries(places) };
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

/** As they were put; arranged where nobody has put them anywhere. */
export function positionsOf({ start: first, actions }: Layout, items: Items, ways: Ways): Positions {
  const known = items.flatMap(({ key, action: { id } }) => {
    const place = id && Object.hasOwn(actions, id) ? actions[id] : undefined;
    return place ? [[key, place] as const] : [];
  });
  if (known.length === 0) return arranged(ways);
  return completed(
    new Map([[start, first], ...known]),
    items.map(({ key }) => key),
  );
}
