import { problemIn } from '../as-code/content.ts';
import { readFolder } from '../as-code/folder.ts';
import { type Kind, kinds } from '../as-code/kinds.ts';
import { Names } from '../as-code/names.ts';
import { withIds } from '../as-code/plan.ts';
import { type Daemon, type Stored, shapesOf, stockOf } from '../as-code/stock.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import { messageOf } from '../core/errors.ts';
import type { Given } from './installing.ts';

/** What others have that a flow points to, and what is called how. */
export interface ReadResources {
  readonly given: readonly Given[];
  readonly names: Names;
  readonly problems: readonly string[];
}

/** Without anything. */
export function nothingRead(): ReadResources {
  return { given: [], names: new Names(), problems: [] };
}

/** What the files of a folder say, as `ariflow apply` takes them. Ids are made of names, so they are the same each time. */
export async function readFiles(folder: string, env: NodeJS.ProcessEnv): Promise<ReadResources> {
  const { written, problems } = await readFolder(folder, env).catch((error: unknown) => {
    throw new Error(problemIn(folder, error));
  });
  const names = new Names();
  const idOf = (kind: Kind, name: string): string => derivedUuid('simulated', kind.folder, name);
  for (const { kind, name } of written) names.add(kind, { id: idOf(kind, name), [kind.key]: name });
  const wrong = [...problems];
  const given = written.flatMap((each): Given[] => {
    const { kind, name, file, said } = each;
    try {
      return [{ folder: kind.folder, id: idOf(kind, name), fields: withIds(each, names), said }];
    } catch (error) {
      wrong.push(`${file}: ${messageOf(error)}`);
      return [];
    }
  });
  return { given, names, problems: wrong };
}

/** What a daemon has. Secrets are not shown; nothing here needs them. */
export async function readDaemon(daemon: Daemon): Promise<ReadResources> {
  const shapes = await shapesOf(daemon, kinds);
  const names = new Names();
  const given: Given[] = [];
  for (const [kind, { creation }] of shapes)
    for (const stored of await stockOf(daemon, kind)) {
      names.add(kind, stored);
      const fields = Object.fromEntries(Object.entries(stored).filter(([key]) => creation.has(key)));
      given.push({ folder: kind.folder, id: stored.id, fields, said: saidOf(placeOf(kind, stored)) });
    }
  return { given, names, problems: [] };
}

/** A flow with ids in the place of names. @throws Error where a name leads nowhere */
export function flowWithIds(fields: Given['fields'], { names }: ReadResources): Given['fields'] {
  return withIds({ fields }, names);
}

/** What says problems of something that is in no file. */
export function saidOf(place: string): Given['said'] {
  return ({ path, message }) => `${place}: ${path}: ${message}`;
}

function placeOf(kind: Kind, { id, [kind.key]: name }: Stored): string {
  return `${kind.what} ${typeof name === 'string' ? name : id}`;
}
