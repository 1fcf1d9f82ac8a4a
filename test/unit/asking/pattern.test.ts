import { describe, expect, test } from 'vitest';
import { Pattern, patternProblem } from '../../../src/asking/pattern.ts';

describe('a pattern', () => {
  test.each([
    ['1234', '1234', '123', '12345', '1235'],
    ['\\d{4}', '0000', '000', '00000', '00*0'],
    ['^49\\d{3,5}$', '49123', '4912', '49123456', '50123'],
    ['[1-5][^0]', '11', '61', '10', '1'],
    ['[1-3A-B*]', 'B', '4', 'C', '#'],
    ['1|22|333', '22', '2', '33', ''],
    ['(1|2)3?', '13', '133', '33', '3'],
    ['(?:12)+3*', '1212', '121', '', '3'],
    ['(\\d{3}\\*?){2}', '123*456', '123456*7', '12345', '123**456'],
    ['.#\\*', '5#*', '5#', '#*', '55*'],
    ['1{2,}', '11111', '1', '', '2'],
    ['', '', '1', '11', '0'],
    ['(|1)2', '2', '1', '', '112'],
    ['(1?){3}2', '112', '11112', '1', '22'],
    ['[\\d#]+', '12#', '12*', '', 'A'],
  ])('%s is matched by %s, not by %s, %s, %s', (pattern, good, ...bad) => {
    const wanted = new Pattern(pattern);
    expect(wanted.matches(good)).toBe(true);
    for (const digits of bad) expect([digits, wanted.matches(digits)]).toEqual([digits, false]);
  });

  test('says the same as a regular expression does', () => {
    const parts = ['1', '2', '[12]', '(1|22)', '(12?)', '.'];
    const times = ['', '?', '*', '+', '{2}', '{1,2}', '{2,}'];
    let seed = 7;
    const next = (most: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % most;
    };
    const pick = (from: readonly string[]): string => from[next(from.length)] ?? '';
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 1 + next(4) }, () => pick(parts) + pick(times)).join('');
      const [pattern, expression] = [new Pattern(text), new RegExp(`^(?:${text})$`)];
      for (let tries = 0; tries < 20; tries++) {
        const digits = Array.from({ length: next(8) }, () => String(1 + next(2))).join('');
        expect([text, digits, pattern.matches(digits)]).toEqual([text, digits, expression.test(digits)]);
      }
    }
  });

  test.each(['(\\d+)+0', '(\\d*)*0', '(1|11)+2', `(${'1?'.repeat(60)}){20}2`, `${'\\d*'.repeat(60)}#`])(
    'that would keep a regular expression busy for ever does not: %s',
    (text) => {
      const began = performance.now();
      expect(new Pattern(text).matches('1'.repeat(64))).toBe(false);
      expect(performance.now() - began).toBeLessThan(10_000);
    },
  );
});

test.each([
  ['(12', 'expected a `)` for each `(`'],
  ['12)', 'expected no `)` without its `(`'],
  ['[', 'expected digits between `[` and `]`, such as `[1-5]`'],
  ['[z]', 'expected digits between `[` and `]`, such as `[1-5]`'],
  ['[5-1]', 'expected a range such as `1-5`, got `5-1`'],
  ['1{', 'expected `{3}`, `{2,4}` or `{2,}`, and at most 64 times'],
  ['1{65}', 'expected `{3}`, `{2,4}` or `{2,}`, and at most 64 times'],
  ['1{4,2}', 'expected `{3}`, `{2,4}` or `{2,}`, and at most 64 times'],
  ['1**', 'expected no repetition of a repetition'],
  ['((1+)+)+', 'expected at most 2 repetitions in one another'],
  ['('.repeat(20), 'expected at most 10 groups in one another'],
  ['a', 'expected digits, `.`, `\\d`, `[1-5]`, `( )`, `|`, `?`, `*`, `+`, `{2,4}` only, got "a"'],
  ['(?=1)', 'expected digits, `.`, `\\d`, `[1-5]`, `( )`, `|`, `?`, `*`, `+`, `{2,4}` only, got "?"'],
  ['\\w', 'expected digits, `.`, `\\d`, `[1-5]`, `( )`, `|`, `?`, `*`, `+`, `{2,4}` only, got "\\\\"'],
  ['\\d{4}', undefined],
])('%s: %s', (text, problem) => {
  expect(patternProblem(text)).toBe(problem);
});
