import { describe, expect, test } from 'vitest';
import { grammarOf } from '../../../../src/hearing/local/grammar.ts';
import { asWritten, isOfDigits, spokenFormOf } from '../../../../src/hearing/local/spoken-form.ts';

const grammar = (...hints: string[]) => grammarOf(hints.map(spokenFormOf));
const spoken = (hint: string) => spokenFormOf(hint).words.join(' ');

describe('a hint', () => {
  test.each([
    ['Sales', 'sales'],
    ['  talk to SALES, please! ', 'talk to sales please'],
    ['I don’t know', "i don't know"],
    ['follow-up', 'follow up'],
    ['7', 'seven'],
    ['10', 'one zero'],
    ['room 12b', 'room one two b'],
    ['４', 'four'],
    ['Café', 'café'],
    ['', ''],
    ["'", ''],
    ['!?', ''],
  ])('%j is said as "%s"', (hint, words) => {
    expect(spoken(hint)).toBe(words);
  });

  test.each([
    ['0', true],
    ['four', true],
    ['4711', true],
    ['one two, oh', true],
    ['one more', false],
    ['ten', false],
    ['yes', false],
  ])('%j is of digits: %s', (hint, expected) => {
    expect(isOfDigits(spokenFormOf(hint))).toBe(expected);
  });
});

describe('a grammar', () => {
  test('of phrases is one of them', () => {
    expect(grammar('yes', 'No, thank you', 'sales 1')).toEqual({
      text: '#JSGF V1.0;\ngrammar hints;\npublic <heard> = yes | no thank you | sales one ;\n',
      words: ['yes', 'no', 'thank', 'you', 'sales', 'one'],
      isOfDigits: false,
    });
  });

  test('of digits is any row of them', () => {
    expect(grammar('1', 'two', '0')).toEqual({
      text: '#JSGF V1.0;\ngrammar hints;\npublic <heard> = ( one | two | zero )+ ;\n',
      words: ['one', 'two', 'zero'],
      isOfDigits: true,
    });
  });

  test('of digits and words is one of phrases', () => {
    expect(grammar('1', 'operator').isOfDigits).toBe(false);
  });

  test('has what is said in the same way once', () => {
    expect(grammar('1', 'one', 'One!').text).toContain('= ( one )+ ;');
  });

  test('has nothing in it but words, whatever is written', () => {
    const wrong = [
      'yes; public <a> = no',
      '<NULL> | {tag} /9/ (a)* [b]+',
      '"quoted" \\ // comment\nnext',
      '#JSGF',
    ];
    for (const hint of wrong) {
      const [, rule = ''] = /<heard> = (.*) ;/s.exec(grammar(hint, 'yes').text) ?? [];
      expect(rule).toMatch(/^[\p{L}' ]+( \| [\p{L}' ]+)*$/u);
    }
  });
});

describe('what is heard', () => {
  const forms = (...hints: string[]) => hints.map(spokenFormOf);
  const heard = (words: string, ...hints: string[]) => asWritten(words.split(' '), forms(...hints));

  test('is told as it was written', () => {
    expect(heard('no thank you', 'Yes', 'No, thank you')).toBe('No, thank you');
    expect(heard('one oh zero', '0', '1', 'Oh')).toBe('1 Oh 0');
    expect(heard('one two', 'one', 'two')).toBe('one two');
    expect(heard('four seven one one two', '4711', '2', '4')).toBe('4711 2');
  });

  test('is told in words where nobody wrote it', () => {
    expect(heard('maybe yes', 'YES')).toBe('maybe YES');
  });
});
