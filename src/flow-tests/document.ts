import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { messageOf } from '../core/errors.ts';

/** A place in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something wrong, and where. */
export interface Misplaced extends Place {
  readonly message: string;
}

/** Characters of a file. */
const longest = 524_288;
/** How deep lists and objects go, and how much stands for how little by aliases. */
const deepest = 64;
const most = 200_000;

/** A file of YAML (or JSON), with the places of all that is in it. */
export class SourceDocument {
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #problems: Misplaced[] = [];
  /** What an alias stands for. */
  readonly #anchors = new Map<string, Node>();
  #size = 0;

  /** @throws Error where it is too long to be read at all */
  constructor(text: string) {
    if (text.length > longest)
      throw new Error(`longer than ${longest / 1_024} KiB: better several files of tests`);
    // Whether keys are unique it would ask of each key and all before it.
    const how = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false };
    this.#document = parseDocument(text, how);
    for (const { code, message, pos } of [...this.#document.errors, ...this.#document.warnings])
      this.#complain(pos[0], complaints[code] ?? (isOfStack(message) ? tooDeep : message));
  }

  /** What it says; what is no JSON, as `isJson` tells, is text as it is written. Problems in place of it where it cannot be read. */
  read(isJson: (path: readonly PropertyKey[]) => boolean): unknown {
    if (this.#problems.length > 0) return undefined;
    try {
      return this.#valueOf(this.#document.contents, [], isJson);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#complain(error.at, messageOf(error));
      return undefined;
    }
  }

  get problems(): readonly Misplaced[] {
    return this.#problems;
  }

  /** Where a value stands; a key where `path` ends with one that stands for nothing known, the nearest around it where there is none. */
  placeOf(path: readonly PropertyKey[], isKey = false): Place {
    let node: unknown = this.#document.contents;
    let start = startOf(node);
    for (const [index, step] of path.entries()) {
      const pair = pairOf(this.#resolved(node), step);
      const isLast = index === path.length - 1;
      const next = isLast && isKey ? (pair?.key ?? pair?.value) : pair?.value;
      if (next === undefined || next === null) break;
      node = next;
      start = startOf(next) ?? start;
    }
    return this.#place(start ?? 0);
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #complain(offset: number, message: string): void {
    this.#problems.push({ ...this.#place(offset), message });
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? this.#anchors.get(node.source) : node;
  }

  #valueOf(
    node: unknown,
    path: readonly PropertyKey[],
    isJson: (path: readonly PropertyKey[]) => boolean,
  ): unknown {
    this.#size++;
    const at = startOf(node) ?? 0;
    if (path.length > deepest) throw new Unreadable(tooDeep, at);
    if (this.#size > most) throw new Unreadable('too much in one file: its aliases stand for too much', at);
    if (isAlias(node)) {
      const meant = this.#anchors.get(node.source);
      if (!meant) throw new Unreadable(`nothing is called &${node.source}: a * is written in quotes`, at);
      return this.#valueOf(meant, path, isJson);
    }
    if ((isSeq(node) || isMap(node) || isScalar(node)) && node.anchor) this.#anchors.set(node.anchor, node);
    const child = (value: unknown, step: PropertyKey) => this.#valueOf(value, [...path, step], isJson);
    if (isSeq(node)) return node.items.map((item, index) => child(item, index));
    if (isMap(node)) {
      const fields = new Map<string, unknown>();
      for (const { key, value } of node.items) {
        const keyAt = startOf(key) ?? at;
        if (!isScalar(key)) throw new Unreadable('expected text as a key', keyAt);
        const name = key.source ?? String(key.value);
        if (fields.has(name)) throw new Unreadable(`${name.slice(0, 64)} stands twice here`, keyAt);
        fields.set(name, child(value, name));
      }
      return Object.fromEntries(fields);
    }
    if (!isScalar(node)) return isJson(path) ? null : '';
    return isJson(path) ? node.value : (node.source ?? String(node.value ?? ''));
  }
}

const tooDeep = 'nested too deeply, or in itself';

/** What is said in other words than the library's. */
const complaints: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'nothing is called so: a * is written in quotes',
  MULTIPLE_DOCS: 'expected one document: here another one begins',
};

/** What comes of a list in a list in a list … */
function isOfStack(message: string): boolean {
  return /call stack/.test(message);
}

/** Something that stands somewhere cannot be read. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** What a step of a path leads to, with its key. */
function pairOf(node: unknown, step: PropertyKey): Pick<Pair, 'key' | 'value'> | undefined {
  if (isSeq(node)) return { key: undefined, value: node.items[Number(step)] };
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && (key.source ?? String(key.value)) === step);
}
