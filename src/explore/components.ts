/** Nodes by the names that edges lead to. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Groups of nodes of which each leads to each, and to itself: the loops of a graph (Tarjan's, without recursion). */
export function loopsOf(graph: Graph): readonly (readonly string[])[] {
  const loops: string[][] = [];
  const places = new Map<string, Place>();
  const stack: string[] = [];
  const enter = (node: string): Visit => {
    const place = { index: places.size, low: places.size, isOnStack: true };
    places.set(node, place);
    stack.push(node);
    return { node, place, edges: (graph.get(node) ?? new Set<string>()).values() };
  };
  for (const root of graph.keys()) {
    if (places.has(root)) continue;
    const visits = [enter(root)];
    for (let visit = visits.at(-1); visit; visit = visits.at(-1)) {
      const { value: next, done } = visit.edges.next();
      if (!done) {
        const place = places.get(next);
        if (!place) visits.push(enter(next));
        else if (place.isOnStack) visit.place.low = Math.min(visit.place.low, place.index);
        continue;
      }
      visits.pop();
      const around = visits.at(-1);
      if (around) around.place.low = Math.min(around.place.low, visit.place.low);
      if (visit.place.low < visit.place.index) continue;
      const group = stack.splice(stack.lastIndexOf(visit.node));
      for (const node of group) Object.assign(places.get(node) ?? {}, { isOnStack: false });
      if (group.length > 1 || graph.get(visit.node)?.has(visit.node)) loops.push(group);
    }
  }
  return loops;
}

interface Place {
  readonly index: number;
  low: number;
  isOnStack: boolean;
}

interface Visit {
  readonly node: string;
  readonly place: Place;
  readonly edges: Iterator<string>;
}
