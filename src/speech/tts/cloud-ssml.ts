import type { Element, Node } from '@xmldom/xmldom';
import { xmlParser } from '../../core/xml.ts';
import { escapeXml } from '../escape-xml.ts';

/** An element as an engine is sent it. An attribute without a value is not written. */
export interface Tag {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
}

/** What an engine makes of an element of ours; `undefined`: it cannot do this, and says what is in it. */
export type Dialect = (element: Element) => Tag | undefined;

/** Elements that say nothing of their own, but make something of where they stand. */
const empty: readonly string[] = ['break', 'sub'];

/** Writes SSML of allowed elements as one engine takes it. */
export function writeSsml(ssml: string, dialect: Dialect): string {
  const root = xmlParser().parseFromString(ssml, 'text/xml').documentElement;
  return `<speak>${root ? contentOf(root, dialect) : ''}</speak>`;
}

function contentOf(element: Element, dialect: Dialect): string {
  return [...element.childNodes].map((node) => nodeIn(node, dialect)).join('');
}

function nodeIn(node: Node, dialect: Dialect): string {
  if (node.nodeType === node.TEXT_NODE) return escapeXml(plain(node.nodeValue ?? ''));
  return isElement(node) ? elementIn(node, dialect) : '';
}

function elementIn(element: Element, dialect: Dialect): string {
  const content = contentOf(element, dialect);
  const tag = dialect(element);
  if (!tag || (content === '' && !empty.includes(tag.name))) return content;
  const attributes = Object.entries(tag.attributes ?? {})
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value = '']) => ` ${name}="${escapeXml(plain(value))}"`)
    .join('');
  return content === ''
    ? `<${tag.name}${attributes}/>`
    : `<${tag.name}${attributes}>${content}</${tag.name}>`;
}

/** Without characters that no document may have, half ones among them. */
export function plain(text: string): string {
  return text.toWellFormed().replace(/(?![\t\n\r])\p{Cc}|[\uFFFE\uFFFF]/gu, ' ');
}

export function attributeOf(element: Element, name: string): string | undefined {
  return element.getAttribute(name) || undefined;
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}
