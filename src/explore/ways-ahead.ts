import type { Action } from '../flows/action.ts';
import { namesIn } from '../flows/advice/unset-variables.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { hasPlaceholder } from '../flows/substitute.ts';
import { type Way, waysOf } from '../flows/ways.ts';
import type { ActionJson } from '../ports/action-json.ts';
import { isForgotten } from './live-variables.ts';

/** What may come behind an action, whatever happens. */
export interface Ahead {
  /** The actions that can be come to, itself only where it can be come to again. */
  readonly ids: ReadonlySet<string>;
  /** Types of it and all of them. */
  readonly types: ReadonlySet<string>;
}

/** Variables whose values of now are still asked for, by an action or whatever comes behind it. */
export interface Live {
  readonly reads: ReadonlySet<string>;
  /** Those of which it matters what they are. */
  readonly compares: ReadonlySet<string>;
}

interface Node {
  readonly action: ActionJson;
  readonly type: Action | undefined;
  readonly ways: readonly { readonly name: string; readonly to: readonly Node[] }[];
  readonly reads: Set<string>;
  readonly compares: Set<string>;
}

/** Where a list of actions may lead, as its text says it: more than it ever does, and never less. */
export class WaysAhead {
  readonly #nodes = new Map<string, Node>();
  readonly #known = new Map<string, Ahead>();

  constructor(actions: readonly ActionJson[], catalogue: ActionCatalogue) {
    const ways = new Map<Node, Way[]>();
    for (const action of actions) {
      const type = catalogue.get(action.type);
      const node = {
        ...{ action, type, ways: [] },
        reads: new Set(readBy(action, catalogue)),
        compares: new Set(comparedBy(action, catalogue)),
      };
      this.#nodes.set(action.id, node);
      ways.set(node, type ? [...waysOf(action, type)] : []);
    }
    const nodes = [...this.#nodes.values()];
    for (const [place, node] of nodes.entries())
      Object.assign(node, {
        ways: (ways.get(node) ?? []).map(({ name, to }) => ({ name, to: this.#led(to, nodes[place + 1]) })),
      });
    settle(nodes);
  }

  /** Nothing where the list has no such action. */
  of(id: string): Ahead | undefined {
    const node = this.#nodes.get(id);
    if (!node) return undefined;
    const ahead = this.#known.get(id) ?? lookFrom(node);
    this.#known.set(id, ahead);
    return ahead;
  }

  live(id: string): Live | undefined {
    return this.#nodes.get(id);
  }

  /** The actions that one may lead to directly. */
  next({ id }: ActionJson): readonly string[] {
    return this.#nodes.get(id)?.ways.flatMap(({ to }) => to.map(({ action }) => action.id)) ?? [];
  }

  #led(to: string | undefined, following: Node | undefined): readonly Node[] {
    if (to === undefined) return following ? [following] : [];
    // What a variable says may be any of them.
    if (hasPlaceholder(to)) return [...this.#nodes.values()];
    const node = this.#nodes.get(to);
    return node ? [node] : [];
  }
}

function lookFrom(first: Node): Ahead {
  const found = new Set<Node>();
  const left = [first];
  for (let node = left.pop(); node; node = left.pop())
    for (const next of node.ways.flatMap(({ to }) => to)) {
      if (found.has(next)) continue;
      found.add(next);
      left.push(next);
    }
  const all = [first, ...found];
  return {
    ids: new Set([...found].map(({ action }) => action.id)),
    types: new Set(all.map(({ action }) => action.type)),
  };
}

/** Lets each action ask for what those behind it ask for, but for what it sets itself, until nothing changes. */
function settle(nodes: readonly Node[]): void {
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const node of nodes.toReversed()) {
      const before = node.reads.size + node.compares.size;
      for (const { name: way, to } of node.ways)
        for (const next of to) {
          for (const kind of ['reads', 'compares'] as const)
            for (const name of next[kind])
              if (node.type && !isForgotten(name, node.action, node.type, way)) node[kind].add(name);
        }
      if (node.reads.size + node.compares.size > before) isSettled = false;
    }
  }
}

/** The names of the variables that an action reads, as it is written. */
export function readBy(action: ActionJson, catalogue: ActionCatalogue): readonly string[] {
  const type = catalogue.get(action.type);
  const named = type ? namesIn({ type, option: action.option ?? {} }).map(({ name }) => name) : [];
  return [...new Set([...named, ...comparedBy(action, catalogue)])];
}

/** Those of which it asks what they are. */
export function comparedBy({ type, option = {} }: ActionJson, catalogue: ActionCatalogue): readonly string[] {
  const known = catalogue.get(type);
  if (!known) return [];
  const compared = known.compares(option).map(({ variable }) => variable);
  // A text is compared that has more in it than one variable.
  const within = compared.includes('') ? namesIn({ type: known, option }).map(({ name }) => name) : [];
  return [...new Set([...compared.filter((name) => name !== ''), ...within])];
}
