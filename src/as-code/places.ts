import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A place in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** `flows/line.json:3:9` */
export function placeText(file: string, { line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** A document of YAML, of which JSON is some, and the lines of its text. */
export function parsedWithLines(text: string): {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
} {
  const lines = new LineCounter();
  return { document: parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines };
}

/** Where a character stands, counted from the first. */
export function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Where what is at a path such as `actions[2].option.text` stands in a text; the nearest around it where it is not there. */
export function placesIn(text: string): (path: string) => Place {
  const { document, lines } = parsedWithLines(text);
  return (path) => {
    let at: Found = { node: document.contents, rest: path };
    let start = 0;
    for (let next: Found | undefined = at; next; next = childOf(at.node, at.rest)) {
      at = { node: isAlias(next.node) ? next.node.resolve(document) : next.node, rest: next.rest };
      start = (next.node as Node | null)?.range?.[0] ?? start;
    }
    return placeAt(lines, start);
  };
}

interface Found {
  readonly node: unknown;
  /** What of the path leads on from there. */
  readonly rest: string;
}

/** What the beginning of a path leads to. */
function childOf(node: unknown, path: string): Found | undefined {
  if (isSeq(node)) {
    const [step, index] = /^\[(\d+)\]/.exec(path) ?? [];
    const item = index === undefined ? undefined : node.items[Number(index)];
    return step === undefined || item === undefined
      ? undefined
      : { node: item, rest: path.slice(step.length) };
  }
  if (!isMap(node)) return undefined;
  const rest = path.replace(/^\./, '');
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined || !rest.startsWith(name) || !/^([.[]|$)/.test(rest.slice(name.length))) continue;
    return { node: value ?? key, rest: rest.slice(name.length) };
  }
  return undefined;
}
