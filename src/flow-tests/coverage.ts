import type { Action } from '../flows/action.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { type Way, waysOf } from '../flows/ways.ts';
import type { ActionJson } from '../ports/action-json.ts';

/** An action that was done, by its place in its flow, and the way that it went where it has come to one. */
export interface Hit {
  /** What the flow is called. */
  readonly flow: string;
  readonly index: number;
  readonly way: string | undefined;
}

/** How much of something was done, and what was not, in words. */
export interface Covered {
  readonly all: number;
  readonly missing: readonly string[];
}

export interface FlowCoverage {
  readonly flow: string;
  readonly actions: Covered;
  /** Of actions with several ways out, each way. */
  readonly branches: Covered;
}

/** Which actions of some flows were done, and which ways out of them were taken. */
export class Coverage {
  readonly #catalogue: ActionCatalogue;
  readonly #flows = new Map<string, readonly ActionJson[]>();
  readonly #hits = new Set<string>();

  constructor(catalogue: ActionCatalogue) {
    this.#catalogue = catalogue;
  }

  /** One of that name which is there already is the same. */
  know(flow: string, actions: readonly ActionJson[]): void {
    if (!this.#flows.has(flow)) this.#flows.set(flow, actions);
  }

  add(hits: Iterable<Hit>): void {
    for (const { flow, index, way } of hits) {
      this.#hits.add(keyOf(flow, index));
      if (way !== undefined) this.#hits.add(keyOf(flow, index, way));
    }
  }

  /** Of each flow, by their names. */
  get flows(): readonly FlowCoverage[] {
    return [...this.#flows]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([flow, actions]) => this.#of(flow, actions));
  }

  #of(flow: string, actions: readonly ActionJson[]): FlowCoverage {
    const isMissing = (index: number, way?: string): boolean =>
      !this.#hits.has(keyOf(flow, index, ...(way === undefined ? [] : [way])));
    const branches = actions.flatMap((action, index) => {
      const type = this.#catalogue.get(action.type);
      return type ? branchesOf(action, type).map((way) => ({ action, index, way })) : [];
    });
    return {
      flow,
      actions: {
        all: actions.length,
        missing: actions.flatMap((action, index) => (isMissing(index) ? [labelOf(action, index)] : [])),
      },
      branches: {
        all: branches.length,
        missing: branches.flatMap(({ action, index, way }) =>
          isMissing(index, way.name) ? [`${labelOf(action, index)}: ${wayText(way)}`] : [],
        ),
      },
    };
  }
}

/** An action that can only be gone through has no branches. */
function branchesOf(action: ActionJson, type: Action): readonly Way[] {
  const ways = waysOf(action, type);
  return ways.length > 1 ? ways : [];
}

function keyOf(...parts: readonly (string | number)[]): string {
  return parts.join('\n');
}

/** By its id where its author has given it one: `menu`, else `3 talk`, the third. */
export function labelOf({ id, type }: ActionJson, index: number): string {
  const isMade = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
  return isMade ? `${index + 1} ${type}` : id;
}

function wayText({ name, to }: Way): string {
  return to === undefined ? name : `${name} → ${to}`;
}
