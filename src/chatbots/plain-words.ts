import { isSsml } from '../ports/speech.ts';

/** A text as it is to be spoken: without the marks that models put into what is to be read, and never as markup that is obeyed. */
export function plainWords(text: string): string {
  const plain = text
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, '$1') // links and pictures: what they are called
    .replace(/^[ \t]*(?:#{1,6}|[-*+•]|>)[ \t]+/gm, '')
    .replace(/(\*{1,3}|_{2,3}|~~|`{1,3})(?=\S)([^\n]*?\S)\1/g, '$2')
    .replace(/[`*]{2,}/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return isSsml(plain) ? `<speak>${escaped(plain)}</speak>` : plain;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}
