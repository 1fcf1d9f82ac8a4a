import { graphlib, layout } from '@dagrejs/dagre';
import { type Catalogue, type Items, waysOf } from './model.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Positions = ReadonlyMap<string, Point>;

/** In pixels; what a node takes at most. */
export const size = { width: 230, height: 96 };
/** The key of what a flow begins with. */
export const start = 'start';

/** Each action in its place, from above to below. */
export function arranged(items: Items, catalogue: Catalogue): Positions {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: 60 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const key of [start, ...items.map((item) => item.key)]) graph.setNode(key, { ...size });
  if (items[0]) graph.setEdge(start, items[0].key);
  for (const [index, { key }] of items.entries())
    for (const { name, to } of waysOf(items, index, catalogue))
      if (to !== undefined) graph.setEdge(key, to, {}, name);
  layout(graph);
  return new Map(
    graph.nodes().map((key) => {
      const { x, y } = graph.node(key) as { readonly x: number; readonly y: number };
      return [key, { x: x - size.width / 2, y: y - size.height / 2 }];
    }),
  );
}

/** Where something new stands that nobody has put anywhere: below what it follows. */
export function below(positions: Positions, key: string | undefined): Point {
  const above = key === undefined ? undefined : positions.get(key);
  if (above) return { x: above.x, y: above.y + size.height + 50 };
  const lowest = Math.max(0, ...[...positions.values()].map(({ y }) => y));
  return { x: positions.get(start)?.x ?? 0, y: lowest + size.height + 50 };
}
