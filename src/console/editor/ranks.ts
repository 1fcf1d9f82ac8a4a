import { start, type Way, type Ways } from './model.ts';

/** What stands where of a flow, by keys of actions. */
export interface Ranked {
  /** How far below the beginning: further than whatever leads there, but for what leads back. */
  readonly ranks: ReadonlyMap<string, number>;
  /** What stands under each: side by side what only it leads to, and what all ways meet in that begin at it. */
  readonly children: ReadonlyMap<string, { readonly beside: string[]; readonly below: string[] }>;
  /** What nothing leads to. */
  readonly loose: readonly string[];
}

/** Ranks the actions of a flow. Ways that lead back are left out: what is left has no circles. */
export function rankedOf(ways: Ways): Ranked {
  const { order, loose, sources } = walked(ways);
  const ranks = new Map<string, number>();
  const owners = new Map<string, string>();
  const children = new Map<string, { beside: string[]; below: string[] }>(
    order.map((key) => [key, { beside: [], below: [] }]),
  );
  /** The last one that all ways to both come by. */
  const common = (one: string | undefined, other: string | undefined): string | undefined => {
    let [a, b] = [one, other];
    while (a !== b) {
      if (a === undefined || b === undefined) return undefined;
      if ((ranks.get(a) ?? 0) > (ranks.get(b) ?? 0)) a = owners.get(a);
      else b = owners.get(b);
    }
    return a;
  };
  for (const key of order) {
    const from = sources.get(key) ?? [];
    const above = from.map((each) => ranks.get(each) ?? 0);
    ranks.set(key, from.length > 0 ? 1 + Math.max(...above) : Number(key !== start));
    const owner = from.reduce<string | undefined>(common, from[0]);
    if (owner === undefined) continue;
    owners.set(key, owner);
    children.get(owner)?.[from.length === 1 ? 'beside' : 'below'].push(key);
  }
  return { ranks, children, loose };
}

/** All actions, each behind whatever leads to it, and what leads to each; a way back to where it was come from leads nowhere. */
function walked(ways: Ways): {
  readonly order: readonly string[];
  readonly loose: readonly string[];
  readonly sources: ReadonlyMap<string, readonly string[]>;
} {
  const order: string[] = [];
  const loose: string[] = [];
  const sources = new Map<string, string[]>();
  const open = new Set<string>();
  const roots = new Map<string, string>();
  const visit = (key: string, root: string): void => {
    sources.set(key, []);
    roots.set(key, root);
    open.add(key);
    // From the last to the first: in the order turned round the first comes first.
    for (const to of targetsOf(ways.get(key) ?? []).reverse()) {
      if (!roots.has(to)) visit(to, root);
      if (!open.has(to) && roots.get(to) === root) sources.get(to)?.push(key);
    }
    open.delete(key);
    order.push(key);
  };
  visit(start, start);
  for (const key of ways.keys()) {
    if (roots.has(key)) continue;
    loose.push(key);
    visit(key, key);
  }
  return { order: order.reverse(), loose, sources };
}

/** Each once; where failures lead comes last. */
function targetsOf(ways: readonly Way[]): string[] {
  const isOfFailure = ({ name }: Way): number => Number(name === 'on_error_id');
  const ordered = ways.toSorted((one, other) => isOfFailure(one) - isOfFailure(other));
  return [...new Set(ordered.flatMap(({ to }) => to ?? []))];
}
