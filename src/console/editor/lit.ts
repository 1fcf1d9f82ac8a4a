import { type Items, start } from './model.ts';

/** The way of a call through the flow, by keys of actions. */
export interface Lit {
  readonly keys: ReadonlySet<string>;
  /** From which to which it went: `stepName`. */
  readonly steps: ReadonlySet<string>;
  /** Where it is, while it goes. */
  readonly now?: string | undefined;
}

export const unlit: Lit = { keys: new Set(), steps: new Set() };

/** The way from one action to another one. */
export function stepName(from: string, to: string): string {
  return `${from} → ${to}`;
}

/** The way of whoever was at these actions, one after the other, by their ids; others were fetched, or are there no more. */
export function litBy(ids: readonly string[], items: Items): Lit {
  const keyOf = new Map(items.map(({ key, action }) => [action.id, key]));
  const keys = ids.map((id) => keyOf.get(id));
  const steps = keys.flatMap((key, index) => {
    const from = index === 0 ? start : keys[index - 1];
    return key === undefined || from === undefined ? [] : [stepName(from, key)];
  });
  return { keys: new Set(keys.filter((key) => key !== undefined)), steps: new Set(steps) };
}

/** Several ways at once. */
export function together(ways: readonly Lit[]): Lit {
  return {
    keys: new Set(ways.flatMap(({ keys }) => [...keys])),
    steps: new Set(ways.flatMap(({ steps }) => [...steps])),
  };
}
