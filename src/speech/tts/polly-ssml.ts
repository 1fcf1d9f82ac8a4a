import type { Element } from '@xmldom/xmldom';
import { breakLength } from '../break-length.ts';
import { prosodyTag } from './cloud-prosody.ts';
import { attributeOf, type Tag, writeSsml } from './cloud-ssml.ts';
import type { PollyEngine } from './polly-voices.ts';

/** Ours → Polly's, which refuses a document with any other. What it has no word for is read as it stands. */
const sayAs: Readonly<Record<string, string>> = {
  characters: 'characters', letters: 'characters', spell: 'characters', 'tts:char': 'characters', 'spell-out': 'spell-out',
  verbatim: 'spell-out', digits: 'digits', 'tts:digits': 'digits', cardinal: 'cardinal', number: 'number', ordinal: 'ordinal',
  fraction: 'fraction', unit: 'unit', date: 'date', time: 'time', telephone: 'telephone', phone: 'telephone', expletive: 'expletive',
  bleep: 'expletive',
}; // biome-ignore format: a table

const dateFormat = /^(mdy|dmy|ymd|md|dm|ym|my|d|m|y|yyyymmdd)$/;
const alphabets: readonly string[] = [
  'ipa',
  'x-sampa',
  'x-amazon-pinyin',
  'x-amazon-yomigana',
  'x-amazon-pron-kana',
];

/** Of these, too, only the standard engine makes something; any other refuses the document. */
const standardOnly: readonly string[] = ['emphasis', 'prosody.pitch'];

/** SSML as Amazon Polly takes it: <https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html>. It has no `<voice>`. */
export function pollySsml(ssml: string, engine: PollyEngine): string {
  return writeSsml(ssml, (element) => tagOf(element, engine));
}

/** Whether a document asks for what only the standard engine does. */
export function needsStandardEngine(ssml: string): boolean {
  return standardOnly.some((what) => {
    const [name, attribute] = what.split('.');
    return new RegExp(attribute ? `<${name}[^>]* ${attribute}=` : `<${name}[ />]`).test(ssml);
  });
}

function tagOf(element: Element, engine: PollyEngine): Tag | undefined {
  const name = element.nodeName;
  const attribute = (attribute: string) => attributeOf(element, attribute);
  switch (name) {
    case 'p':
    case 's':
      return { name };
    case 'break':
      return { name, attributes: { time: `${Math.round(breakLength(element))}ms` } };
    case 'emphasis':
      return engine === 'standard' && attribute('level') !== 'none'
        ? { name, attributes: { level: attribute('level') ?? 'moderate' } }
        : undefined;
    case 'prosody':
      return prosodyTag(element, { ...(engine === 'standard' && { pitch: 'percent' }), mostVolume: 4 });
    case 'sub':
      return attribute('alias') ? { name, attributes: { alias: attribute('alias') } } : undefined;
    case 'say-as':
      return sayAsTag(element);
    case 'lang':
      return attribute('xml:lang') ? { name, attributes: { 'xml:lang': attribute('xml:lang') } } : undefined;
    case 'phoneme': {
      const alphabet = attribute('alphabet') ?? 'ipa';
      return attribute('ph') && alphabets.includes(alphabet)
        ? { name, attributes: { alphabet, ph: attribute('ph') } }
        : undefined;
    }
    default:
      return undefined;
  }
}

function sayAsTag(element: Element): Tag | undefined {
  const as = sayAs[attributeOf(element, 'interpret-as') ?? ''];
  if (as === undefined) return undefined;
  const format = attributeOf(element, 'format');
  const isKnown = (as === 'date' && dateFormat.test(format ?? '')) || (as === 'time' && format === 'hms12');
  return { name: 'say-as', attributes: { 'interpret-as': as, format: isKnown ? format : undefined } };
}
