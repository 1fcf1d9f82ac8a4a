import type { Document, Node } from '@xmldom/xmldom';
import { whenNeeded } from '../../core/when-needed.ts';
import { xmlParser } from '../../core/xml.ts';

/** As much of `xpath` as we use; its own types would bring those of the browser. */
interface XPathLibrary {
  parse(expression: string): { evaluate(options: object): XPathValue };
  readonly NodeTest: { nameSpaceMatches(prefix: string | null, context: unknown, node: Node): boolean };
}

interface XPathValue {
  stringValue(): string;
  toArray?(): readonly Node[];
}

/**
 * An author writes a path by what he sees in a reply: `m:name` where it says so, and `name` whatever prefix or namespace it
 * has. The library would ask for the address of each prefix, and finds no prefixed element by its name alone.
 */
const xpath = whenNeeded<XPathLibrary>('xpath', ({ NodeTest }) => {
  NodeTest.nameSpaceMatches = (
    prefix,
    _context,
    { prefix: written }: Node & { prefix?: string | null },
  ): boolean => !prefix || written === prefix;
});

/** @throws for what is no well-formed XML; entities of its own are not expanded, so a document that uses them is none */
export function parseXml(text: string): Document {
  const parser = xmlParser({
    onError: (level, message) => {
      if (level !== 'warning') throw new Error(message);
    },
  });
  const document = parser.parseFromString(text.trimStart(), 'application/xml'); // a declaration stands at the very beginning
  numberNodes(document);
  return document;
}

/**
 * What a path finds: the text of a node, an array of them where there are several, `undefined` where there is none.
 * @throws for what is no path
 */
export function atXmlPath(path: string, document: Document): unknown {
  const value = xpath().parse(path.trim()).evaluate({ node: document });
  if (!value.toArray) return value.stringValue();
  const texts = value.toArray().map((node) => node.textContent ?? node.nodeValue ?? '');
  return texts.length > 1 ? texts : texts[0];
}

/** @throws for what is no path */
export function checkXmlPath(path: string): void {
  atXmlPath(path, parseXml('<nothing/>')); // what a function is, only a reading tells
}

/**
 * `xpath` sorts what it finds by asking the nodes which comes first, and these look for the answer among all their siblings:
 * a thousand take seconds. Numbered once, they know it.
 */
function numberNodes(document: Document): void {
  const order = new Map<Node, number>();
  for (let node: Node | null = document; node; node = next(node)) {
    order.set(node, order.size);
    const { attributes } = node as { attributes?: Iterable<Node> | null }; // of an element
    for (const attribute of attributes ?? []) order.set(attribute, order.size);
  }
  // By a reference, `&#xD800;`: it is no text, and would go on as U+FFFD.
  for (const { nodeValue } of order.keys())
    if (nodeValue?.isWellFormed() === false) throw new Error('half a character');
  const compare = function (this: Node, other: Node): number {
    const [mine, others] = [order.get(this), order.get(other)];
    if (this === other) return 0;
    if (mine === undefined || others === undefined) return disconnected;
    return mine < others ? following : preceding;
  };
  for (const node of order.keys()) node.compareDocumentPosition = compare;
}

const disconnected = 1;
const preceding = 2;
const following = 4;

/** In the order of the document, without recursion: a reply may be nested deeply. */
function next(node: Node): Node | null {
  if (node.firstChild) return node.firstChild;
  for (let here: Node | null = node; here; here = here.parentNode) {
    if (here.nextSibling) return here.nextSibling;
  }
  return null;
}
