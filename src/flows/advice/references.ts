import { zeroId } from '../../core/clock.ts';
import type { Problem } from '../../core/errors.ts';
import type { ActionCatalogue } from '../load-actions.ts';
import type { Reference, ReferenceKind } from '../written.ts';
import { listsIn } from './list.ts';

/** Whether there is something of this kind and id. */
export type Finds = (kind: ReferenceKind, id: string) => Promise<boolean>;

/** Ids in a flow that lead to nothing, as things are now: each with its path. Everything is asked for once. */
export async function unknownReferences(
  input: unknown,
  catalogue: ActionCatalogue,
  finds: Finds,
): Promise<readonly Problem[]> {
  const references = listsIn(input, catalogue, 'actions').flatMap(({ actions }) =>
    actions.flatMap(({ path, type, option }) =>
      type.refersTo(option).map((reference) => ({ ...reference, path: `${path}.${reference.path}` })),
    ),
  );
  const known = new Map<string, Promise<boolean>>();
  const isKnown = ({ kind, id }: Reference): Promise<boolean> => {
    const key = `${kind}/${id.toLowerCase()}`;
    const asked = known.get(key) ?? finds(kind, id.toLowerCase());
    known.set(key, asked);
    return asked;
  };
  const problems: Problem[] = [];
  for (const reference of references) {
    const { path, kind, id } = reference;
    if (id !== zeroId && !(await isKnown(reference)))
      problems.push({ path, message: `there is no ${kind} ${id.slice(0, 64)}` });
  }
  return problems;
}
