import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inAscii } from '../../../src/build/in-ascii.ts';

const meaning = (code: string): unknown => new Function(`return ${code}`)();

test('what a text or a pattern says stays as it was', () => {
  for (const code of [
    ...["'’'", String.raw`'\’'`, String.raw`'\\’'`, String.raw`'\\\’'`, "'😀'", '`…${1}é`'],
    ...[
      '/^[à-ÿ’]+$/u.test("é’")',
      '/^😀{2}$/u.test("😀😀")',
      '/^[😀-😂]$/u.test("😁")',
      String.raw`/^\’$/.test('’')`,
    ],
  ]) {
    expect(inAscii(code), code).toMatch(/^\p{ASCII}*$/u);
    expect(meaning(inAscii(code)), code).toEqual(meaning(code));
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(meaning(inAscii(JSON.stringify(text)))).toBe(text);
    }),
  );
});
