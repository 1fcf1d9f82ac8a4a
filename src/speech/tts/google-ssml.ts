import type { Element } from '@xmldom/xmldom';
import { breakLength } from '../break-length.ts';
import { prosodyTag } from './cloud-prosody.ts';
import { attributeOf, type Tag, writeSsml } from './cloud-ssml.ts';

/** Ours → Google's. What it has no word for is read as it stands. */
const sayAs: Readonly<Record<string, string>> = {
  characters: 'characters', letters: 'characters', spell: 'characters', 'tts:char': 'characters', 'spell-out': 'spell-out',
  verbatim: 'verbatim', digits: 'characters', 'tts:digits': 'characters', cardinal: 'cardinal', number: 'cardinal', ordinal: 'ordinal',
  fraction: 'fraction', unit: 'unit', date: 'date', time: 'time', telephone: 'telephone', phone: 'telephone', currency: 'currency',
  expletive: 'expletive', bleep: 'bleep',
}; // biome-ignore format: a table

/** SSML as Google Cloud takes it: <https://cloud.google.com/text-to-speech/docs/ssml>. */
export function googleSsml(ssml: string, language: string): string {
  return writeSsml(ssml, (element) => tagOf(element, language));
}

function tagOf(element: Element, language: string): Tag | undefined {
  const name = element.nodeName;
  const attribute = (attribute: string) => attributeOf(element, attribute);
  switch (name) {
    case 'p':
    case 's':
      return { name };
    case 'break':
      return { name, attributes: { time: `${Math.round(breakLength(element))}ms` } };
    case 'emphasis':
      return { name, attributes: { level: attribute('level') ?? 'moderate' } };
    case 'prosody':
      return prosodyTag(element, { pitch: 'semitones', mostVolume: 16 });
    case 'sub':
      return attribute('alias') ? { name, attributes: { alias: attribute('alias') } } : undefined;
    case 'say-as':
      return sayAsTag(element, language);
    case 'lang':
      return attribute('xml:lang') ? { name, attributes: { 'xml:lang': attribute('xml:lang') } } : undefined;
    case 'phoneme':
      return attribute('ph')
        ? { name, attributes: { alphabet: attribute('alphabet') ?? 'ipa', ph: attribute('ph') } }
        : undefined;
    case 'voice':
      return voiceTag(element);
    default:
      return undefined;
  }
}

function sayAsTag(element: Element, language: string): Tag | undefined {
  const as = sayAs[attributeOf(element, 'interpret-as') ?? ''];
  if (as === undefined) return undefined;
  const [format, detail, own] = ['format', 'detail', 'language'].map((each) => attributeOf(element, each));
  // An amount of money is read in a language that stands beside it.
  return {
    name: 'say-as',
    attributes: {
      ...{ 'interpret-as': as, format, detail },
      language: own ?? (as === 'currency' ? language : undefined),
    },
  };
}

/** `name` alone says all of a voice; else its language, gender and number. */
function voiceTag(element: Element): Tag | undefined {
  const [name, gender, variant] = ['name', 'gender', 'variant'].map((each) => attributeOf(element, each));
  const language =
    attributeOf(element, 'language') ??
    attributeOf(element, 'xml:lang') ??
    attributeOf(element, 'languages')?.split(/\s+/)[0];
  const attributes = name ? { name } : { language, gender: gender?.toLowerCase(), variant };
  return Object.values(attributes).some(Boolean) ? { name: 'voice', attributes } : undefined;
}
