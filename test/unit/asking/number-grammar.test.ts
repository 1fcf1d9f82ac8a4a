import { describe, expect, test } from 'vitest';
import { type DateFormat, dateIn } from '../../../src/asking/digit-date.ts';
import { luhnHolds } from '../../../src/asking/luhn.ts';
import { isNumber, type NumberGrammar } from '../../../src/asking/number-grammar.ts';

const any: NumberGrammar = { min_length: 1, max_length: 64, pattern: '', luhn: false, date_format: '' };

test.each([
  ['4111111111111111', true],
  ['4111111111111112', false],
  ['378282246310005', true],
  ['79927398713', true],
  ['79927398710', false],
  ['18', true],
  ['0', false],
  ['', false],
  ['411111111111111*', false],
])('%s has its check digit: %s', (digits, holds) => {
  expect(luhnHolds(digits)).toBe(holds);
});

test.each<[string, DateFormat, string | undefined]>([
  ['20260301', 'YYYYMMDD', '2026-03-01'],
  ['01032026', 'DDMMYYYY', '2026-03-01'],
  ['03012026', 'MMDDYYYY', '2026-03-01'],
  ['260301', 'YYMMDD', '2026-03-01'],
  ['010326', 'DDMMYY', '2026-03-01'],
  ['030126', 'MMDDYY', '2026-03-01'],
  ['1229', 'MMYY', '2029-12'],
  ['2902', 'DDMM', '--02-29'],
  ['0229', 'MMDD', '--02-29'],
  ['0930', 'HHmm', '09:30'],
  ['2359', 'HHmm', '23:59'],
  ['2400', 'HHmm', undefined],
  ['1260', 'HHmm', undefined],
  ['29022026', 'DDMMYYYY', undefined],
  ['29022024', 'DDMMYYYY', '2024-02-29'],
  ['29022000', 'DDMMYYYY', '2000-02-29'],
  ['29021900', 'DDMMYYYY', undefined],
  ['31042026', 'DDMMYYYY', undefined],
  ['00012026', 'DDMMYYYY', undefined],
  ['01132026', 'DDMMYYYY', undefined],
  ['01010000', 'DDMMYYYY', undefined],
  ['1329', 'MMYY', undefined],
  ['0103202', 'DDMMYYYY', undefined],
  ['0103202*', 'DDMMYYYY', undefined],
])('%s as %s is %s', (digits, format, date) => {
  expect(dateIn(digits, format)).toBe(date);
});

describe('a number', () => {
  test.each<[string, Partial<NumberGrammar>, string, string]>([
    ['has a length', { min_length: 4, max_length: 6 }, '12345', '123'],
    ['has no more digits than it may', { max_length: 6 }, '123456', '1234567'],
    ['is of a pattern', { pattern: '1\\d{3}' }, '1234', '2234'],
    ['has a check digit', { luhn: true }, '79927398713', '79927398712'],
    ['is a date, whatever lengths are given', { date_format: 'DDMM', max_length: 2 }, '3112', '3113'],
    ['is all of that', { luhn: true, pattern: '79.*', min_length: 11 }, '79927398713', '4111111111111111'],
  ])('%s', (_, grammar, good, bad) => {
    expect(isNumber(good, { ...any, ...grammar })).toBe(true);
    expect(isNumber(bad, { ...any, ...grammar })).toBe(false);
  });
});
