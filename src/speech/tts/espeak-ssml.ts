import type { Element, Node } from '@xmldom/xmldom';
import { xmlParser } from '../../core/xml.ts';
import { breakLength } from '../break-length.ts';
import { escapeXml } from '../escape-xml.ts';
import { inManner, type Manner, plainly, withEmphasis, withProsody } from './espeak-prosody.ts';
import { blankBetween, withSignsOutside, withSilentStops } from './espeak-signs.ts';
import { cleanText, speakNumbers, withoutPhonemes } from './espeak-text.ts';
import { isSpelled, sayAs } from './say-as/say-as.ts';

export interface EspeakVoice {
  /** As espeak-ng names it: `en-us`. */
  readonly language: string;
  /** How high it speaks by itself, in Hz. */
  readonly usualPitch: number;
}

type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly manner: Manner; readonly isAlias?: boolean }
  | { readonly kind: 'pause'; readonly length: number }
  | { readonly kind: 'end'; readonly of: 'sentence' | 'paragraph' };

/** Milliseconds, at least, between two paragraphs; between two sentences espeak-ng makes half a second by itself. */
const paragraphPause = 1_000;

/** Between two pauses it does not part them. */
const saysNothing = /^[\s.,;:!?…–—-]*$/;

/**
 * Writes SSML of allowed elements as espeak-ng speaks it right: one run of text after another, each in its own manner, and
 * between them pauses. Of nested elements, of pauses in them and of pauses in a row it makes something else.
 */
export function espeakSsml(ssml: string, voice: EspeakVoice): string {
  const root = xmlParser().parseFromString(ssml, 'text/xml').documentElement;
  let written = '';
  // What was said last, with what follows it and says nothing.
  let last = '';
  let hasSpoken = false;
  let stoodApart = false;
  let pause = 0;
  let end: 'sentence' | 'paragraph' | undefined;
  for (const piece of root ? pieces(root, plainly, voice) : []) {
    if (piece.kind === 'pause') pause += piece.length;
    else if (piece.kind === 'end') end = end === 'paragraph' ? end : piece.of;
    else if (isSilent(piece.text, piece.manner)) last += escapeXml(piece.text);
    else {
      const said = speech(piece.text, piece.manner, voice);
      const standsApart = piece.isAlias || piece.manner.sayAs !== undefined;
      // Before the first word only what is asked for: a paragraph begins without a pause.
      const between = betweenPieces(pause, hasSpoken ? end : undefined);
      if (between) written += withSignsOutside(last) + between;
      else written += last + (standsApart || stoodApart ? blankBetween(last, said) : '');
      last = said;
      hasSpoken = true;
      stoodApart = standsApart;
      pause = 0;
      end = undefined;
    }
  }
  written += pause > 0 ? withSignsOutside(last) + silence(pause) : last;
  return withoutPhonemes(withSilentStops(`<speak>${written}</speak>`));
}

function betweenPieces(pause: number, end: 'sentence' | 'paragraph' | undefined): string {
  return `${end ? '<s/>' : ''}${silence(Math.max(pause, end === 'paragraph' ? paragraphPause : 0))}`;
}

function isSilent(text: string, { sayAs: wanted }: Manner): boolean {
  return wanted && isSpelled(wanted) ? text.trim() === '' : saysNothing.test(text);
}

function* pieces(element: Element, manner: Manner, voice: EspeakVoice): Generator<Piece> {
  for (const node of element.childNodes) {
    if (node.nodeType === node.TEXT_NODE)
      yield { kind: 'text', text: cleanText(node.nodeValue ?? ''), manner };
    if (isElement(node)) yield* piecesOf(node, manner, voice);
  }
}

function* piecesOf(element: Element, manner: Manner, voice: EspeakVoice): Generator<Piece> {
  switch (element.nodeName) {
    case 'break':
      yield { kind: 'pause', length: breakLength(element) };
      return;
    case 'p':
    case 's': {
      const end: Piece = { kind: 'end', of: element.nodeName === 'p' ? 'paragraph' : 'sentence' };
      yield end;
      yield* pieces(element, manner, voice);
      yield end;
      return;
    }
    case 'sub':
      yield {
        kind: 'text',
        text: cleanText(element.getAttribute('alias') || element.textContent || ''),
        manner,
        isAlias: true,
      };
      return;
    default:
      yield* pieces(element, mannerOf(element, manner, voice), voice);
  }
}

function mannerOf(element: Element, manner: Manner, { usualPitch }: EspeakVoice): Manner {
  switch (element.nodeName) {
    case 'prosody':
      return withProsody(manner, element, usualPitch);
    case 'emphasis':
      return withEmphasis(manner, element);
    case 'say-as': {
      const [as, format] = ['interpret-as', 'format'].map((name) => element.getAttribute(name) ?? '');
      return { ...manner, sayAs: { as: as ?? '', format: format ?? '' } };
    }
    default:
      return manner;
  }
}

function speech(text: string, manner: Manner, { language }: EspeakVoice): string {
  if (!manner.sayAs) return inManner(escapeXml(speakNumbers(text)), manner);
  const said = sayAs(text, manner.sayAs, language);
  const content = escapeXml(said.text);
  // Digits in a row it would group, and say "comma" between the groups: each letter and digit stands alone.
  const spelled = `<say-as interpret-as="characters">${content}</say-as>`;
  return inManner(said.isSpelled ? spelled : content, manner);
}

function silence(length: number): string {
  return length > 0 ? `<break time="${Math.round(length)}ms"/>` : '';
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}
