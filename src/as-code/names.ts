import { derivedUuid } from '../core/derived-uuid.ts';
import type { Kind } from './kinds.ts';
import type { Reference } from './references.ts';
import type { Stored } from './stock.ts';
import { isId } from './values.ts';

/** Which id a name stands for, and which name an id has. */
export class Names {
  readonly #ids = new Map<Kind, Map<string, string[]>>();
  readonly #names = new Map<string, string>();
  readonly #pending = new Set<string>();

  add(kind: Kind, { id, [kind.key]: name }: Stored): void {
    if (typeof name !== 'string') return;
    const ids = this.#ids.get(kind) ?? new Map<string, string[]>();
    this.#ids.set(kind, ids.set(name, [...(ids.get(name) ?? []), id]));
    this.#names.set(id, name);
  }

  /** What a file makes has an id that stands for it until it is made. */
  expect(kind: Kind, name: string): void {
    const id = derivedUuid('to-be-made', kind.folder, name);
    this.#pending.add(id);
    this.add(kind, { id, [kind.key]: name });
  }

  isPending(id: string): boolean {
    return this.#pending.has(id);
  }

  /** It has been made. */
  made(kind: Kind, name: string, id: string): void {
    this.#ids.get(kind)?.set(name, [id]);
  }

  of(kind: Kind, name: string): readonly string[] {
    return this.#ids.get(kind)?.get(name) ?? [];
  }

  /** The id that is meant. @throws Error where nothing, or more than one thing, is called so */
  idOf({ kind, text, path }: Reference): string {
    if (isId(text)) return text.toLowerCase(); // as answers show it
    const [id, ...others] = this.of(kind, text);
    if (id === undefined) throw new Error(`${path}: there is no ${kind.what} called ${text}`);
    if (others.length > 0)
      throw new Error(`${path}: ${others.length + 1} ${kind.folder} are called ${text}: an id says which`);
    return id;
  }

  /** What it is called, or its id where nothing else is called so. */
  nameOf({ kind, text }: Reference): string {
    const name = this.#names.get(text);
    return name !== undefined && !isId(name) && this.of(kind, name).length === 1 ? name : text;
  }
}
