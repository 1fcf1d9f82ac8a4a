import { isDeepStrictEqual } from 'node:util';
import { type Kind, kinds } from './kinds.ts';
import { Names } from './names.ts';
import { mapReferences } from './references.ts';
import { soundKind } from './sounds.ts';
import { type Daemon, type Shape, type Stored, shapesOf, stockOf } from './stock.ts';
import { type Fields, hidden, isFields, isId } from './values.ts';

export interface ExportedFile {
  readonly kind: Kind;
  readonly name: string;
  /** Without a folder. */
  readonly file: string;
  readonly fields: Fields;
}

/** All that a daemon has of the kinds that are kept as files, with names in the place of ids. */
export async function exported(daemon: Daemon): Promise<readonly ExportedFile[]> {
  const shapes = await shapesOf(daemon, kinds);
  const names = new Names();
  const stock: [Kind, Stored][] = [];
  for (const kind of shapes.keys())
    for (const stored of (await stockOf(daemon, kind)).toSorted(byName(kind))) {
      names.add(kind, stored);
      stock.push([kind, stored]);
    }
  const taken = new Set<string>();
  return stock.map(([kind, stored]) => {
    const shape = shapes.get(kind);
    const name = String(stored[kind.key]);
    const fields = mapReferences(shape ? said(stored, shape) : {}, (reference) => names.nameOf(reference));
    return { kind, name, file: fileOf(kind, name, taken), fields: { [kind.key]: name, ...fields } };
  });
}

/** So that of those whose names differ little the same one has the plain file each time. */
function byName({ key }: Kind): (one: Stored, other: Stored) => number {
  return ({ [key]: one }, { [key]: other }) => (String(one) < String(other) ? -1 : 1);
}

/** What users can say of it, where it is not what it would be anyway. */
function said(stored: Stored, { creation }: Shape): Fields {
  const whole = withSecrets(stored, creation.keys());
  const entries = [...creation].filter(
    ([key, usual]) =>
      key in whole && !isDeepStrictEqual(whole[key], usual) && !isOfTheMoment(key, whole[key]),
  );
  return Object.fromEntries(
    entries.map(([key]) => [key, key === 'actions' ? withoutMadeIds(whole[key]) : whole[key]]),
  );
}

/** What no answer shows is a secret, hidden where there is one (`has_pin`); and credentials have a password. */
function withSecrets(stored: Stored, keys: Iterable<string>): Fields {
  const unseen = [...keys].filter((key) => !(key in stored) && stored[`has_${key}`] !== false);
  const { auth } = stored;
  return {
    ...stored,
    ...(isFields(auth) && auth.type === 'basic' && { auth: { ...auth, password: hidden } }),
    ...Object.fromEntries(unseen.map((key) => [key, hidden])),
  };
}

/** An agent is rung, or talks, while it is exported, and not when it is applied. */
function isOfTheMoment(key: string, value: unknown): boolean {
  return key === 'status' && (value === 'ringing' || value === 'busy');
}

/** Ids that the daemon has made go, where nothing leads to them, and so does what leads to the next action anyway. */
function withoutMadeIds(actions: unknown): unknown {
  const text = JSON.stringify(actions);
  const isNeeded = (id: unknown): boolean =>
    typeof id === 'string' && (!isId(id) || text.split(id).length > 2);
  const bare = (action: unknown): unknown => {
    if (!isFields(action)) return action;
    const { id, next_id, type, option, ...rest } = action;
    const hasNext = typeof next_id === 'string' && !/^[0-]*$/.test(next_id);
    return {
      ...(isNeeded(id) && { id }),
      type,
      ...(isFields(option) && Object.keys(option).length > 0 && { option: inner(option) }),
      ...(hasNext && { next_id }),
      ...rest,
    };
  };
  const inner = (option: Fields): Fields =>
    Array.isArray(option.actions) ? { ...option, actions: option.actions.map(bare) } : option;
  return Array.isArray(actions) ? actions.map(bare) : actions;
}

/** Of letters, digits and `+_.-` alone, and no other's. The name itself stands in the file. */
function fileOf({ folder, what }: Kind, name: string, taken: Set<string>): string {
  const plain = name
    .replace(/[^A-Za-z0-9+_.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 64);
  const stem = plain === '' ? what : plain;
  let file = `${stem}.json`;
  for (let count = 2; taken.has(`${folder}/${file.toLowerCase()}`); count++) file = `${stem}-${count}.json`;
  taken.add(`${folder}/${file.toLowerCase()}`);
  return file;
}

/** The sounds of a daemon, as calls hear them: where each is, below a folder of sounds, and how its audio is had. */
export async function exportedSounds(
  daemon: Daemon,
): Promise<readonly { readonly file: string; audio(): Promise<Uint8Array> }[]> {
  const known = await stockOf(daemon, soundKind).catch(() => []); // an older daemon has none
  return known.map(({ id, name, language }) => ({
    file: `${String(name)}${language === '' ? '' : `.${String(language)}`}.wav`,
    audio: () => daemon.download(`/v1.0/sounds/${id}/audio`),
  }));
}
