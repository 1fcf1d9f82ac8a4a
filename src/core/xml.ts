import type * as Xml from '@xmldom/xmldom';
import { whenNeeded } from './when-needed.ts';

const xml = whenNeeded<typeof Xml>('@xmldom/xmldom');

/** Whoever reads XML has a parser of his own. */
export function xmlParser(options?: Xml.DOMParserOptions): Xml.DOMParser {
  return new (xml().DOMParser)(options);
}
