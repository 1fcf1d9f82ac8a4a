import type { Action } from '../action.ts';
import type { ActionCatalogue } from '../load-actions.ts';
import { listIn, objectIn, type WrittenOption } from '../written.ts';

/** An action of a known type, as it is written. */
export interface WrittenAction {
  /** Of its option. */
  readonly path: string;
  readonly type: Action;
  readonly option: WrittenOption;
}

/** A list of actions that share their variables. */
export interface WrittenList {
  readonly actions: readonly WrittenAction[];
  /** Variables it begins with, given by the action it is in, and those it sets. */
  readonly sets: SetNames;
  /** The list it is in: that one's variables are others. */
  readonly outer: WrittenList | undefined;
}

/** What a list sets, as far as its text says it. */
export interface SetNames {
  readonly names: ReadonlySet<string>;
  /** Somebody's server, or another variable, says more of them. */
  readonly isOpen: boolean;
}

/** A list with those nested in it, however deep. */
export function listsIn(
  input: unknown,
  catalogue: ActionCatalogue,
  base: string,
  { given = [], outer }: { readonly given?: readonly string[]; readonly outer?: WrittenList } = {},
): readonly WrittenList[] {
  const actions = listIn(input).flatMap((item, index): WrittenAction[] => {
    const { type, option } = objectIn(item);
    const known = catalogue.get(String(type));
    return known ? [{ path: `${base}[${index}].option`, type: known, option: objectIn(option) }] : [];
  });
  const list = { actions, sets: setBy(actions, given), outer };
  const nested = actions.flatMap(({ path, type, option }) =>
    type.nested.flatMap((key) =>
      listsIn(option[key], catalogue, `${path}.${key}`, {
        given: Object.keys(objectIn(option.variables)),
        outer: list,
      }),
    ),
  );
  return [list, ...nested];
}

function setBy(actions: readonly WrittenAction[], given: readonly string[]): SetNames {
  const set = actions.map(({ type, option }) => type.sets(option));
  return {
    names: new Set([...given, ...set.flatMap((names) => (names === 'anything' ? [] : names))]),
    isOpen: set.includes('anything'),
  };
}
