import type { Element, Node } from '@xmldom/xmldom';
import { ActionError, messageOf } from '../core/errors.ts';
import { xmlParser } from '../core/xml.ts';
import { breakLength } from './break-length.ts';
import { escapeXml } from './escape-xml.ts';

const number = String.raw`(?:\d{1,3}(?:\.\d{1,6})?|\.\d{1,6})`;
const oneOf = (...values: readonly string[]): RegExp => new RegExp(`^(?:${values.join('|')})$`);
const loudness = String.raw`[+-]?(?:100(?:\.0{1,3})?|\d{1,2}(?:\.\d{1,3})?)`;

const languageTag = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
const word = /^[a-z-]{1,32}$/;
const names = /^[\p{L}\p{N} ._-]{1,256}$/u;

/**
 * What SSML may contain, and which attributes: an engine given anything else opens files, or says it for hours. No engine can do all
 * of it; each leaves out what it cannot do, and says the words in it.
 */
const allowed: ReadonlyMap<string, Readonly<Record<string, RegExp>>> = new Map(
  Object.entries({
    speak: {},
    p: {},
    s: {},
    break: {
      time: /^\+?(\d{1,5}(\.\d{1,6})?|\.\d{1,6})m?s$/i,
      strength: /^(none|x-weak|weak|medium|strong|x-strong)$/,
    },
    emphasis: { level: /^(strong|moderate|none|reduced)$/ },
    prosody: {
      rate: oneOf(
        'x-slow|slow|medium|fast|x-fast|default',
        `[+-]?${number}%`,
        String.raw`[+-]?(?:\d(?:\.\d{1,6})?|\.\d{1,6})`,
      ),
      pitch: oneOf('x-low|low|medium|high|x-high|default', `[+-]?${number}(?:%|st|[Hh]z)`),
      range: oneOf('x-low|low|medium|high|x-high|default', `[+-]?${number}(?:%|st|[Hh]z)`),
      duration: /^\+?(\d{1,5}(\.\d{1,6})?|\.\d{1,6})m?s$/i,
      volume: oneOf('silent|x-soft|soft|medium|loud|x-loud|default', `[+-]?${number}(?:%|d[Bb])`, loudness),
    },
    'say-as': {
      'interpret-as': /^[a-z:-]{1,32}$/,
      format: /^[a-z0-9:]{1,16}$/i,
      detail: /^[a-z0-9]{1,8}$/,
      language: languageTag,
    },
    sub: { alias: /^.{1,256}$/s },
    lang: { 'xml:lang': languageTag, onlangfailure: word },
    phoneme: { alphabet: /^[a-z0-9-]{1,32}$/, ph: /^\P{Cc}{1,256}$/u, type: word },
    voice: {
      name: names,
      gender: /^(male|female|neutral)$/i,
      language: languageTag,
      'xml:lang': languageTag,
      languages: names,
      variant: /^\d{1,4}$/,
      required: names,
      ordering: names,
      age: /^\d{1,3}$/,
      onvoicefailure: word,
    },
    w: { role: names },
    token: { role: names },
    mark: { name: /^\P{Cc}{1,256}$/u },
  }),
);

/** Clouds' own elements and attributes: the prefixes need not be declared there. */
const clouds = ['google', 'amazon'];
const ofCloud = /^(?:google|amazon):/;
/**
 * What orders other things, which are said one after the other, and audio from elsewhere, of which the words are said that stand for
 * it; and what is about the text, and is not said.
 */
const passedOver = /^(?:par|seq|media|lookup|audio)$/;
const unsaid = /^(?:meta|metadata|lexicon|desc)$/;
const leftOut = /^(?:xml.*|version|id|onlangfailure|startmark|endmark|contour)$/;

/** All the pauses of a text together, in milliseconds. */
const longestPauses = 10_000;
const deepest = 20;

/**
 * Parses SSML and writes it anew from allowed elements and attributes only.
 * @throws ActionError `INVALID_TEXT` naming what is wrong.
 */
export function rebuildSsml(text: string): string {
  // No document type means no entities of the author's own, and so no bomb.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw invalid('a document type is not allowed');
  const pauses = { total: 0 };
  const written = write(parse(text), 0, pauses);
  if (/<audio[\s/>]/.test(text) && isMute(written))
    throw invalid('there are no words in it: <audio> is not played, `play` does that');
  return written;
}

/** Whether nothing is said of it, and no pause is made. */
function isMute(written: string): boolean {
  return !/<(?:break|sub|phoneme)[\s/>]/.test(written) && written.replace(/<[^>]*>/g, '').trim() === '';
}

/** What is wrong with SSML as an author wrote it; where a value is to be an attribute, only the value says that. */
export function ssmlProblem(text: string): string | undefined {
  if (/<[^>]*\$\{/.test(text)) return undefined;
  try {
    rebuildSsml(text.replace(/\$\{[^}]{1,128}\}/g, 'x'));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function parse(text: string): Element {
  try {
    const onError = (level: 'warning' | 'error' | 'fatalError', message: string): void => {
      if (level !== 'warning') throw new Error(message);
    };
    const declared = text.trim().replace(/<speak(?=[\s/>])/, (root) => root + prefixesFor(text));
    const root = xmlParser({ onError }).parseFromString(declared, 'text/xml').documentElement;
    if (root?.nodeName === 'speak') return root;
  } catch (cause) {
    throw new ActionError('INVALID_TEXT', 'the SSML is not well-formed', { cause });
  }
  throw invalid('the root must be <speak>');
}

function prefixesFor(text: string): string {
  const missing = clouds.filter((cloud) => text.includes(`${cloud}:`) && !text.includes(`xmlns:${cloud}`));
  return missing.map((cloud) => ` xmlns:${cloud}="urn:${cloud}"`).join('');
}

function write(element: Element, depth: number, pauses: { total: number }): string {
  const name = element.nodeName;
  if (depth > deepest) throw invalid('the elements are nested too deep');
  if (unsaid.test(name)) return '';
  const isPassedOver = passedOver.test(name) || ofCloud.test(name);
  const rules = allowed.get(name);
  if (!rules && !isPassedOver) throw invalid(`<${name.slice(0, 32)}> is not allowed`);
  if (name === 'break') countPause(element, pauses);
  const attributes = rules ? writeAttributes(element, rules) : '';
  const content = [...element.childNodes].map((child) => writeNode(child, depth, pauses)).join('');
  if (isPassedOver) return content;
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

function writeNode(node: Node, depth: number, pauses: { total: number }): string {
  switch (node.nodeType) {
    case node.ELEMENT_NODE:
      return write(node as Element, depth + 1, pauses); // nodeType says so
    case node.TEXT_NODE:
    case node.CDATA_SECTION_NODE:
      return escapeXml(node.nodeValue ?? '');
    default:
      return ''; // comments and processing instructions say nothing
  }
}

/**
 * Attributes that name a space, the element, or a language where that is not what it is for, are left out, and a cloud's own, and what no
 * engine does; other unknown ones are refused.
 */
function writeAttributes(element: Element, rules: Readonly<Record<string, RegExp>>): string {
  return [...element.attributes]
    .filter(({ name }) => Object.hasOwn(rules, name) || !(leftOut.test(name) || ofCloud.test(name)))
    .map(({ name, value }) => {
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
      if (!rule?.test(value))
        throw invalid(`the attribute ${name.slice(0, 32)} of <${element.nodeName}> is not allowed`);
      return ` ${name}="${escapeXml(value)}"`;
    })
    .join('');
}

function countPause(element: Element, pauses: { total: number }): void {
  pauses.total += breakLength(element);
  if (pauses.total > longestPauses) throw invalid('the pauses are longer than 10 s together');
}

function invalid(message: string): ActionError {
  return new ActionError('INVALID_TEXT', `SSML: ${message}`);
}
