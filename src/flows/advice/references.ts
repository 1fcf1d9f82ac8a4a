import { soundNameIn } from '../../calls/media-uri.ts';
import { zeroId } from '../../core/clock.ts';
import type { Problem } from '../../core/errors.ts';
import type { ActionCatalogue } from '../load-actions.ts';
import { type Reference, type ReferenceKind, textsOf, type WrittenOption } from '../written.ts';
import { listsIn } from './list.ts';

/** Whether there is something of this kind and id. */
export type Finds = (kind: ReferenceKind, id: string) => Promise<boolean>;

/** Ids and names of sounds in a flow that lead to nothing, as things are now: each with its path. Everything is asked for once. */
export async function unknownReferences(
  input: unknown,
  catalogue: ActionCatalogue,
  finds: Finds,
): Promise<readonly Problem[]> {
  const references = listsIn(input, catalogue, 'actions').flatMap(({ actions }) =>
    actions.flatMap(({ path, type, option }) =>
      [...type.refersTo(option), ...soundsIn(option)].map((reference) => ({
        ...reference,
        path: `${path}.${reference.path}`,
      })),
    ),
  );
  const known = new Map<string, Promise<boolean>>();
  const isKnown = ({ kind, id: written }: Reference): Promise<boolean> => {
    const id = kind === 'sound' ? written : written.toLowerCase();
    const key = `${kind}/${id}`;
    const asked = known.get(key) ?? finds(kind, id);
    known.set(key, asked);
    return asked;
  };
  const problems: Problem[] = [];
  for (const reference of references) {
    const { path, kind, id } = reference;
    if (id !== zeroId && !(await isKnown(reference)))
      problems.push({ path, message: complaint(kind, id.slice(0, 64)) });
  }
  return problems;
}

function complaint(kind: ReferenceKind, id: string): string {
  return kind === 'sound' ? `there is no sound:${id}, uploaded or of Asterisk` : `there is no ${kind} ${id}`;
}

/** Wherever one stands alone it is to be heard. */
function soundsIn(option: WrittenOption): Reference[] {
  return textsOf(option).flatMap(({ path, text }) => {
    const id = soundNameIn(text.trim());
    return id === undefined ? [] : [{ path, kind: 'sound' as const, id }];
  });
}
