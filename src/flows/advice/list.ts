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
  /** Variables it begins with, given by the action it is in. */
  readonly given: readonly string[];
  /** The list it is in: that one's variables are others. */
  readonly outer: WrittenList | undefined;
}

/** A list with those nested in it, however deep. */
export function listsIn(
  input: unknown,
  catalogue: ActionCatalogue,
  base: string,
  { given = [], outer }: Partial<Pick<WrittenList, 'given' | 'outer'>> = {},
): readonly WrittenList[] {
  const actions = listIn(input).flatMap((item, index): WrittenAction[] => {
    const { type, option } = objectIn(item);
    const known = catalogue.get(String(type));
    return known ? [{ path: `${base}[${index}].option`, type: known, option: objectIn(option) }] : [];
  });
  const list = { actions, given, outer };
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
