import type { Element } from '@xmldom/xmldom';
import { xmlParser } from '../../core/xml.ts';
import { breakLength } from '../break-length.ts';
import { isSpelled, sayAs } from './say-as/say-as.ts';

/** Words, or how long to be silent, in milliseconds. */
export type Spoken = { readonly text: string } | { readonly pause: number };

/** SSML for an engine that knows none: the words, what they are to be read as in words of their own, and the pauses between them. */
export function plainSpeech(ssml: string, language: string): readonly Spoken[] {
  const root = xmlParser().parseFromString(ssml, 'text/xml').documentElement;
  const spoken: Spoken[] = [];
  let text = '';
  const endOfText = (): void => {
    if (/[\p{L}\p{N}]/u.test(text)) spoken.push({ text: text.replace(/\s+/g, ' ').trim() });
    text = '';
  };
  const take = (element: Element): void => {
    const { nodeName } = element;
    if (nodeName === 'break') {
      endOfText();
      spoken.push({ pause: breakLength(element) });
    } else if (nodeName === 'sub') text += element.getAttribute('alias') || element.textContent || '';
    else if (nodeName === 'say-as') text += inWords(element, language);
    else {
      for (const node of element.childNodes) {
        if (node.nodeType === node.TEXT_NODE) text += node.nodeValue ?? '';
        else if (node.nodeType === node.ELEMENT_NODE) take(node as Element); // nodeType says so
      }
      if (nodeName === 'p' || nodeName === 's') text += '\n';
    }
  };
  if (root) take(root);
  endOfText();
  return spoken;
}

function inWords(element: Element, language: string): string {
  const [as, format] = ['interpret-as', 'format'].map((name) => element.getAttribute(name) ?? '');
  const wanted = { as: as ?? '', format: format ?? '' };
  const { text } = sayAs(element.textContent ?? '', wanted, language);
  return isSpelled(wanted) ? ` ${text.replaceAll(' ', ', ')} ` : text;
}
