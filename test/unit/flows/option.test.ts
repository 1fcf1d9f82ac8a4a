import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineAction } from '../../../src/flows/action.ts';
import { checkOption, parseOption, pathText } from '../../../src/flows/option.ts';
import { substitute } from '../../../src/flows/substitute.ts';

const action = defineAction({
  type: 'test',
  summary: '',
  needs: 'nothing',
  option: z.strictObject({
    text: z.string().max(5).optional(),
    number: z.int().min(0).max(10).optional(),
    flag: z.boolean().optional(),
    list: z.array(z.strictObject({ number: z.int() })).optional(),
    map: z.record(z.string(), z.enum(['a', 'b'])).optional(),
  }),
  example: {},
  run: () => undefined,
});

const at = (option: Record<string, unknown>) => checkOption(action, option).map(({ path }) => path);
const run = (option: Record<string, unknown>, values: Record<string, string>) =>
  parseOption(
    action,
    substitute(option, (name) => values[name] ?? ''),
  );

describe('an option as written', () => {
  test('is checked, every problem with its path', () => {
    expect(
      at({ text: 'too long', number: 11, list: [{ number: 1 }, { number: 'x' }], map: { k: 'c' }, odd: 1 }),
    ).toEqual(['text', 'number', 'list[1].number', 'map.k', 'odd']);
  });

  test('names an unknown key, also a nested one', () => {
    expect(checkOption(action, { odd: 1 })).toEqual([{ path: 'odd', message: 'unknown key' }]);
    expect(at({ list: [{ number: 1, odd: 2 }] })).toEqual(['list[0].odd']);
  });

  test('where a placeholder stands is checked when it runs', () => {
    expect(at({ number: '${n}', flag: '${f}', list: [{ number: '${n}' }], map: { k: '${x}' } })).toEqual([]);
    expect(at({ text: '${name} and more than five' })).toEqual([]);
  });

  test('an unknown key is one, whatever stands there', () => {
    expect(at({ odd: '${x}' })).toEqual(['odd']);
  });

  test('a key may have a dot, brackets, anything', () => {
    expect(at({ map: { '1.5': '${x}', 'a[0]': '${x}', '': '${x}' } })).toEqual([]);
    expect(at({ map: { '1.5': 'c' } })).toEqual(['map.1.5']);
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty'])('the key %s pollutes nothing', (key) => {
    const option = JSON.parse(`{"map": {"${key}": "c"}, "${key}": {"polluted": 1}}`) as Record<
      string,
      unknown
    >;
    checkOption(action, option);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('an option about to run', () => {
  test('takes numbers and booleans from lone placeholders', () => {
    expect(run({ number: '${n}', flag: '${f}', list: [{ number: '${n}' }] }, { n: '7', f: 'true' })).toEqual({
      number: 7,
      flag: true,
      list: [{ number: 7 }],
    });
  });

  test('leaves a text a text, also when it looks like a number', () => {
    expect(run({ text: '${n}' }, { n: '7' })).toEqual({ text: '7' });
  });

  test.each(['', ' ', 'x', '11', '-1', '1.5', '1e309', 'NaN', 'Infinity', 'True'])(
    'refuses %j as a number up to ten',
    (n) => {
      expect(() => run({ number: '${n}' }, { n })).toThrow(/^number: /);
    },
  );

  test('refuses what is no lone placeholder', () => {
    expect(() => run({ number: ' ${n}' }, { n: '7' })).toThrow(/^number: /);
    expect(() => run({ number: '${n}${n}' }, { n: '7' })).toThrow(/^number: /);
  });

  test('names every problem, with a code', () => {
    const failed = () => run({ text: '${t}', flag: '${t}' }, { t: 'longer' });
    expect(failed).toThrow(/text: .*; flag: /);
    expect(failed).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

test('a path is written as in JSON', () => {
  expect(pathText([])).toBe('');
  expect(pathText(['a', 'b', 0, 'c'])).toBe('a.b[0].c');
});
