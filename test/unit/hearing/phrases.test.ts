import { expect, test } from 'vitest';
import { digitsOf, phrasesIn } from '../../../src/hearing/phrases.ts';

const menu = {
  sales: '1',
  support: '2',
  'technical support': '3',
  'Größe M': '4',
  "I don't know": '0',
  '...': '9',
};

test.each([
  ['sales', '1'],
  ['Sales.', '1'],
  ['I would like the SALES department please', '1'],
  ['technical support', '3'],
  ['support, technical', '2'],
  ['größe m', '4'],
  ['i don’t know', '0'],
  ['wholesales', ''],
  ['sale', ''],
  ['...', ''],
  ['', ''],
])('%j stands for %j', (said, digits) => {
  expect(digitsOf(said, menu)).toBe(digits);
});

test('a list of phrases stands for no digits', () => {
  expect(digitsOf('sales', ['sales'])).toBe('');
  expect(phrasesIn(['sales'])).toEqual(['sales']);
  expect(phrasesIn({ sales: '1' })).toEqual(['sales']);
});
