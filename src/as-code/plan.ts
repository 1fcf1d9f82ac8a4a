import { messageOf } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Folder } from './folder.ts';
import type { Kind } from './kinds.ts';
import { Names } from './names.ts';
import { mapReferences, withTags } from './references.ts';
import { soundKind, soundSteps } from './sounds.ts';
import type { Step, Written } from './step.ts';
import type { Shape, Stored } from './stock.ts';
import { type Fields, hiddenIn, inside, isAsWanted } from './values.ts';

export interface Plan {
  readonly steps: readonly Step[];
  readonly names: Names;
  readonly problems: readonly string[];
}

export interface There {
  readonly stock: ReadonlyMap<Kind, readonly Stored[]>;
  readonly shapes: ReadonlyMap<Kind, Shape>;
}

/** What it takes for the daemon to have what the files say; with `isAll`, all that is there is written anew. */
export function planOf(folder: Folder, { stock, shapes }: There, isAll = false): Plan {
  const names = new Names();
  for (const [kind, all] of stock) for (const stored of all) names.add(kind, stored);
  const problems: string[] = [];
  for (const { kind, name, file } of folder.written) {
    const { length } = names.of(kind, name);
    if (length === 0) names.expect(kind, name);
    if (length > 1) problems.push(`${file}: the daemon has ${length} ${kind.folder} called ${name}`);
  }
  const steps: Step[] = [];
  for (const written of folder.written) {
    const shape = shapes.get(written.kind);
    const stored = stock.get(written.kind)?.find((each) => each[written.kind.key] === written.name);
    if (!shape) {
      problems.push(`${written.file}: the daemon knows no ${written.kind.folder}`);
      continue;
    }
    problems.push(...unknownFields(written, shape));
    try {
      const step = stepOf(written, { stored, shape, names, isAll });
      steps.push(step);
      problems.push(...hiding(step, written));
    } catch (error) {
      problems.push(`${written.file}: ${messageOf(error)}`);
    }
  }
  const sounds = folder.sounds ? soundSteps(folder.sounds, stock.get(soundKind) ?? []) : [];
  return { steps: [...sounds, ...steps, ...deletions(folder, stock)], names, problems };
}

/** With ids in the place of names. @throws Error where a name leads nowhere */
export function withIds({ fields }: Pick<Written, 'fields'>, names: Names): Fields {
  return mapReferences(withTags(fields), (reference) => names.idOf(reference));
}

interface Around {
  readonly stored: Stored | undefined;
  readonly shape: Shape;
  readonly names: Names;
  readonly isAll: boolean;
}

function stepOf(written: Written, { stored, shape, names, isAll }: Around): Step {
  const { kind, name } = written;
  const fields = withIds(written, names);
  if (!stored) return { kind, name, does: 'make', written, changes: [] };
  const changes = Object.keys(fields).filter(
    (key) =>
      shape.change.has(key) &&
      (isAll && hiddenIn(fields[key]).length === 0
        ? true
        : key in stored && !isAsWanted(fields[key], stored[key], inside('settings', key))),
  );
  return { kind, name, does: changes.length > 0 ? 'change' : 'nothing', written, id: stored.id, changes };
}

/** What is not there, or is there and is another one, cannot stay as it is. Credentials the daemon keeps while the rest of them changes. */
function hiding({ does, changes }: Step, { fields, file }: Written): string[] {
  return Object.entries(fields)
    .filter(([key]) => does === 'make' || (changes.includes(key) && key !== 'auth'))
    .flatMap(([key, value]) => hiddenIn(value, key))
    .map((path) => `${file}: ${path}: hides a secret: expected the secret itself, as \${env:NAME}`);
}

function unknownFields({ fields, file }: Written, { creation, change, readOnly }: Shape): string[] {
  const known = [...new Set([...creation.keys(), ...change])];
  return Object.keys(fields)
    .filter((key) => !known.includes(key) && !readOnly.has(key))
    .map((key) => `${file}: ${key}: unknown key${didYouMean(key, known)}`);
}

/** What the daemon has and no file says, of the kinds that have a folder. */
function deletions({ kinds, written }: Folder, stock: There['stock']): Step[] {
  const names = new Set(written.map(({ kind, name }) => `${kind.folder} ${name}`));
  return kinds.flatMap((kind) =>
    (stock.get(kind) ?? [])
      .filter((stored) => !names.has(`${kind.folder} ${String(stored[kind.key])}`))
      .map(
        ({ id, [kind.key]: name }): Step => ({ kind, name: String(name), does: 'delete', id, changes: [] }),
      ),
  );
}
