/** A piece of a line. */
export type Inline =
  | string
  | { readonly kind: 'strong' | 'em'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] };

export type Block =
  | { readonly kind: 'paragraph' | 'heading'; readonly children: readonly Inline[] }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly text: string };

/**
 * As much of Markdown as notes need: paragraphs, headings, lists, code, emphasis, links to `http:` and `https:`. All else, HTML above all,
 * stays the text that it is.
 */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  // Every other part is code, where an end stands behind its beginning.
  for (const [index, part] of text
    .replaceAll('\r\n', '\n')
    .split(/^```[^\n]*\n?/m)
    .entries()) {
    if (index % 2 === 1) blocks.push({ kind: 'code', text: part.replace(/\n$/, '') });
    else for (const piece of part.split(/\n[ \t]*\n/)) blocks.push(...piecesOf(piece));
  }
  return blocks;
}

const item = /^[ \t]{0,8}(?:[-*+]|(\d{1,9})[.)])[ \t]+(.*)$/;
const heading = /^#{1,6}[ \t]+(.*)$/;

/** Of lines without an empty one between them. */
function piecesOf(piece: string): readonly Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const flush = (): void => {
    const text = lines.join('\n').trim();
    if (text !== '') blocks.push({ kind: 'paragraph', children: inlinesOf(text) });
    lines = [];
  };
  for (const line of piece.split('\n')) {
    const [, number, ofItem] = item.exec(line) ?? [];
    const [, ofHeading] = heading.exec(line) ?? [];
    if (ofItem !== undefined) {
      flush();
      addItem(blocks, number !== undefined, inlinesOf(ofItem));
    } else if (ofHeading !== undefined) {
      flush();
      blocks.push({ kind: 'heading', children: inlinesOf(ofHeading) });
    } else lines.push(line);
  }
  flush();
  return blocks;
}

function addItem(blocks: Block[], isOrdered: boolean, children: readonly Inline[]): void {
  const last = blocks.at(-1);
  if (last?.kind === 'list' && last.isOrdered === isOrdered)
    blocks[blocks.length - 1] = { ...last, items: [...last.items, children] };
  else blocks.push({ kind: 'list', isOrdered, items: [children] });
}

const code = /`([^`\n]+)`/;
const strong = /\*\*([^*\n]+)\*\*/;
// Not within a word: 7*7 is a sum.
const em = /(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])/;
const link = /\[([^[\]\n]+)\]\((https?:\/\/[^\s()<>]+)\)/;
const address = /(https?:\/\/[^\s<>"'`*]*[^\s<>"'`*.,;:!?()[\]])/;
const marks = new RegExp([code, strong, em, link, address].map(({ source }) => source).join('|'), 'g');

function inlinesOf(text: string): readonly Inline[] {
  const inlines: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(marks)) {
    if (match.index > end) inlines.push(text.slice(end, match.index));
    inlines.push(inlineOf(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) inlines.push(text.slice(end));
  return inlines;
}

function inlineOf([all, ofCode, ofStrong, ofEm, name, href, plain]: RegExpExecArray): Inline {
  if (ofCode !== undefined) return { kind: 'code', text: ofCode };
  if (ofStrong !== undefined) return { kind: 'strong', children: inlinesOf(ofStrong) };
  if (ofEm !== undefined) return { kind: 'em', children: inlinesOf(ofEm) };
  if (name !== undefined && href !== undefined) return { kind: 'link', href, children: [name] };
  return { kind: 'link', href: plain ?? all, children: [all] };
}
