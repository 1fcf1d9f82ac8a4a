import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasPlaceholder, placeholders, substitute } from '../../../src/flows/substitute.ts';

const values: Readonly<Record<string, string>> = {
  name: 'Ann',
  empty: '',
  evil: '${name}${evil}',
  markup: `<b a="1">&'`,
  quote: 'a"b\\c\nd',
  odd: 'a/b?c=d&e ü',
};
const lookUp = (name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : '');
const fill = (text: string) => substitute({ text }, lookUp).option.text;

describe('a placeholder', () => {
  test.each([
    ['hello ${name}!', 'hello Ann!'],
    ['${name}${name}', 'AnnAnn'],
    ['${unknown}', ''],
    ['a${empty}b', 'ab'],
    ['${ name }', ''],
    ['$name {name} $${name}', '$name {name} $Ann'],
    ['${}', '${}'],
    ['${name', '${name'],
    ['a${b${name}}', 'a}'],
    ['', ''],
  ])('%j becomes %j', (text, result) => {
    expect(fill(text)).toBe(result);
  });

  test('has a name of at most 128 characters', () => {
    const name = 'n'.repeat(129);
    expect(fill(`\${${name}}`)).toBe(`\${${name}}`);
    expect(fill(`\${${name.slice(1)}}`)).toBe('');
  });

  test('is never looked for in what a value says', () => {
    expect(fill('${evil}')).toBe('${name}${evil}');
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, value, after) => {
        fc.pre(!`${before}\${x}${after}`.replace('${x}', '').includes('${') && !before.endsWith('$'));
        expect(substitute({ text: `${before}\${x}${after}` }, () => value).option.text).toBe(
          before + value + after,
        );
      }),
    );
  });
});

describe('an option', () => {
  test('is filled everywhere, but in the actions it carries', () => {
    const option = {
      text: '${name}',
      list: ['${name}', { deep: ['${name}'] }],
      map: { '${name}': '${name}' },
      number: 1,
      flag: true,
      nothing: null,
      actions: [{ type: 'talk', option: { text: '${name}' } }],
      inner: { actions: [{ text: '${name}' }], other: '${name}' },
    };
    expect(substitute(option, lookUp).option).toEqual({
      text: 'Ann',
      list: ['Ann', { deep: ['Ann'] }],
      map: { '${name}': 'Ann' },
      number: 1,
      flag: true,
      nothing: null,
      actions: [{ type: 'talk', option: { text: '${name}' } }],
      inner: { actions: [{ text: '${name}' }], other: 'Ann' },
    });
    expect(option.text).toBe('${name}');
  });

  test('tells where a text was exactly one placeholder', () => {
    const { wholes } = substitute(
      { a: '${name}', b: 'x${name}', c: [{ d: '${name}' }], e: '${name}${name}', f: ' ${name}' },
      lookUp,
    );
    expect([...wholes]).toEqual(['a', 'c[0].d']);
  });

  test.each(['__proto__', 'constructor', 'prototype', 'toString'])('may have the key %s', (key) => {
    const option = JSON.parse(`{"${key}": {"polluted": "\${name}"}}`) as Record<string, unknown>;
    const { option: filled } = substitute(option, lookUp);
    expect(Object.keys(filled)).toEqual([key]);
    expect(JSON.stringify(filled)).toBe(`{"${key}":{"polluted":"Ann"}}`);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  test('asks for no name but those written', () => {
    const asked: string[] = [];
    substitute({ text: '${__proto__} ${constructor}' }, (name) => {
      asked.push(name);
      return '';
    });
    expect(asked).toEqual(['__proto__', 'constructor']);
  });
});

describe('a text that would grow', () => {
  test('to 64 KiB is filled, beyond that refused', () => {
    const big = { text: '${x}' };
    expect(substitute(big, () => 'x'.repeat(65_536)).option.text).toHaveLength(65_536);
    expect(() => substitute(big, () => 'x'.repeat(65_537))).toThrow('64 KiB');
    expect(() => substitute({ text: `${'${x}'.repeat(2)}` }, () => 'x'.repeat(40_000))).toThrow('64 KiB');
  });

  test('enormously is refused before it has grown', () => {
    let asked = 0;
    const bomb = { text: '${x}'.repeat(5_000) };
    const lookUpBig = () => {
      asked++;
      return 'x'.repeat(60_000);
    };
    expect(() => substitute(bomb, lookUpBig)).toThrow('64 KiB');
    expect(asked).toBeLessThan(5);
  });

  test('by its escaping counts as it becomes', () => {
    expect(() =>
      substitute(
        { text: '${x}' },
        () => '<'.repeat(20_000),
        () => 'xml',
      ),
    ).toThrow('64 KiB');
  });
});

describe('escaping', () => {
  const escaped = (name: string, how: 'none' | 'xml' | 'json' | 'url') =>
    substitute({ text: `[\${${name}}]` }, lookUp, () => how).option.text;

  test('is for values only, never for the text around them', () => {
    expect(substitute({ text: '<p>${markup}</p>' }, lookUp, () => 'xml').option.text).toBe(
      '<p>&#60;b a=&#34;1&#34;&#62;&#38;&#39;</p>',
    );
  });

  test('fits where the value goes', () => {
    expect(escaped('quote', 'none')).toBe('[a"b\\c\nd]');
    expect(JSON.parse(`"${String(escaped('quote', 'json'))}"`)).toBe('[a"b\\c\nd]');
    expect(escaped('odd', 'url')).toBe('[a%2Fb%3Fc%3Dd%26e%20%C3%BC]');
  });

  test('survives half a character', () => {
    expect(
      substitute(
        { text: '${x}' },
        () => '\ud800',
        () => 'url',
      ).option.text,
    ).toBe('%EF%BF%BD');
  });

  test('is chosen by the place', () => {
    const { option } = substitute({ a: '${markup}', b: { c: '${markup}' } }, lookUp, (path) =>
      path === 'b.c' ? 'xml' : 'none',
    );
    expect(option).toEqual({ a: `<b a="1">&'`, b: { c: '&#60;b a=&#34;1&#34;&#62;&#38;&#39;' } });
  });

  test('keeps any value in its quotes, as JSON and as XML', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const json = substitute(
          { text: '{"a":"${x}"}' },
          () => value,
          () => 'json',
        ).option.text;
        expect(JSON.parse(String(json))).toEqual({ a: value });
        const xml = String(
          substitute(
            { text: '${x}' },
            () => value,
            () => 'xml',
          ).option.text,
        );
        expect(xml).not.toMatch(/[<>"']|&(?!#\d+;)/);
      }),
    );
  });
});

test('whether a text has placeholders, and which', () => {
  expect(hasPlaceholder('a ${b} c')).toBe(true);
  expect(hasPlaceholder('a $b {c}')).toBe(false);
  expect(hasPlaceholder(7)).toBe(false);
  expect(placeholders({ a: '${x} ${y}', b: ['${z}', 1, null], actions: ['${no}'] })).toEqual(['x', 'y', 'z']);
});
