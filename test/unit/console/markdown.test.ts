import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, blocksOf, type Inline } from '../../../src/console/lib/markdown.ts';

const paragraph = (...children: readonly Inline[]): Block => ({ kind: 'paragraph', children });

test('paragraphs, headings, lists and code are what they are in Markdown', () => {
  expect(blocksOf('# Patients\n\nOne line\nand another.\n\n- first\n- second\n\n1. then\n2) last')).toEqual([
    { kind: 'heading', children: ['Patients'] },
    paragraph('One line\nand another.'),
    { kind: 'list', isOrdered: false, items: [['first'], ['second']] },
    { kind: 'list', isOrdered: true, items: [['then'], ['last']] },
  ]);
  expect(blocksOf('Before:\n```json\n{"a": 1}\n```\nafter')).toEqual([
    paragraph('Before:'),
    { kind: 'code', text: '{"a": 1}' },
    paragraph('after'),
  ]);
});

test('emphasis, code and links are found within a line', () => {
  expect(blocksOf('**very** *well*, `a*b*c`')).toEqual([
    paragraph({ kind: 'strong', children: ['very'] }, ' ', { kind: 'em', children: ['well'] }, ', ', {
      kind: 'code',
      text: 'a*b*c',
    }),
  ]);
  expect(blocksOf('See [the API](https://example.com/x?y=1), or https://example.com/z.')).toEqual([
    paragraph(
      'See ',
      { kind: 'link', href: 'https://example.com/x?y=1', children: ['the API'] },
      ', or ',
      { kind: 'link', href: 'https://example.com/z', children: ['https://example.com/z'] },
      '.',
    ),
  ]);
});

test.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '[click](data:text/html,x)',
  '[click](//example.com)',
  '![picture](https://example.com/x.png "t")',
  'javascript:alert(1)',
  '&lt;b&gt; &amp;',
  '${voipbin.call.id} {{name}}',
  '7*7 and 8*8',
])('%s stays text, or at most a link to the web', (text) => {
  const inlines = blocksOf(text).flatMap((block): readonly (Inline | Block)[] =>
    block.kind === 'paragraph' ? block.children : [block],
  );
  for (const inline of inlines)
    if (typeof inline !== 'string')
      expect(inline).toMatchObject({ kind: 'link', href: expect.stringMatching(/^https?:/) });
  if (!text.includes('https:')) expect(inlines).toEqual([text]);
});

const textsIn = (inlines: readonly Inline[]): string =>
  inlines
    .map((inline) =>
      typeof inline === 'string' ? inline : inline.kind === 'code' ? inline.text : textsIn(inline.children),
    )
    .join('');

test('no letter is lost, whatever is written, and no link leads anywhere but to the web', () => {
  const pieces = fc.constantFrom(
    '*',
    '**',
    '`',
    '```\n',
    '[',
    ']',
    '(',
    ')',
    '- ',
    '1. ',
    '# ',
    '\n',
    'a',
    '<b>',
    'https://x.y',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const text = parts.join('');
      const blocks = blocksOf(text);
      const all = blocks.flatMap((block) =>
        block.kind === 'code'
          ? [block.text]
          : block.kind === 'list'
            ? block.items.map(textsIn)
            : [textsIn(block.children)],
      );
      const letters = (of: string): string => of.replaceAll(/[^a<>b]/g, '');
      expect(letters(all.join('')).length).toBeGreaterThanOrEqual(
        letters(text.replaceAll(/```[^\n]*/g, '')).length,
      );
      for (const href of hrefsIn(blocks)) expect(href).toMatch(/^https?:\/\//);
    }),
  );
});

function hrefsIn(blocks: readonly Block[]): readonly string[] {
  const of = (inlines: readonly Inline[]): readonly string[] =>
    inlines.flatMap((inline) => {
      if (typeof inline === 'string' || inline.kind === 'code') return [];
      return inline.kind === 'link' ? [inline.href] : of(inline.children);
    });
  return blocks.flatMap((block) => {
    if (block.kind === 'code') return [];
    return block.kind === 'list' ? block.items.flatMap(of) : of(block.children);
  });
}

test('a note of 10 000 marks is read at once', () => {
  const began = performance.now();
  for (const mark of ['*', '`', '[', '- ', '](', 'http', '**a']) blocksOf(mark.repeat(10_000 / mark.length));
  expect(performance.now() - began).toBeLessThan(5_000);
});
