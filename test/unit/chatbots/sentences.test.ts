import { expect, test } from 'vitest';
import { Sentences } from '../../../src/chatbots/sentences.ts';

function cut(text: string, size = text.length): string[] {
  const sentences = new Sentences();
  const pieces = text.match(new RegExp(`.{1,${Math.max(1, size)}}`, 'gs')) ?? [];
  return [...pieces.flatMap((piece) => sentences.push(piece)), ...sentences.end()];
}

test.each([
  ['Hello! How are you? I am fine.', ['Hello!', 'How are you?', 'I am fine.']],
  ['He said “no.” Then he left… Yes', ['He said “no.”', 'Then he left…', 'Yes']],
  ['It costs 3.50 dollars. Version 2.1 is out.', ['It costs 3.50 dollars.', 'Version 2.1 is out.']],
  ['Mr. Smith and Dr. J. Doe, e.g. here. Fine.', ['Mr. Smith and Dr. J. Doe, e.g. here.', 'Fine.']],
  ['1. First\n2. Second', ['1. First', '2. Second']],
  ['你好。我很好！再见', ['你好。', '我很好！', '再见']],
  ['... *** \n\n', []],
  ['', []],
])('%j', (text, wanted) => {
  expect(cut(text)).toEqual(wanted);
  expect(cut(text, 1)).toEqual(wanted);
  expect(cut(text, 3)).toEqual(wanted);
});

test('a sentence is known as soon as the next one begins', () => {
  const sentences = new Sentences();
  expect(sentences.push('Hello there.')).toEqual([]);
  expect(sentences.push(' How')).toEqual(['Hello there.']);
  expect(sentences.push(' are you')).toEqual([]);
  expect(sentences.end()).toEqual(['How are you']);
  expect(sentences.end()).toEqual([]);
});

test('one without an end is cut at a comma, else between words, else anywhere', () => {
  const words = 'word '.repeat(100);
  const parts = cut(`${words.slice(0, 200)}, ${words}`);
  expect(parts[0]).toMatch(/,$/);
  expect(parts.every((part) => part.length <= 280)).toBe(true);
  expect(parts.join(' ').replace(/,/g, '').split(/\s+/)).toHaveLength(140);
  const letters = cut('x'.repeat(1_000));
  expect(letters.map((part) => part.length)).toEqual([280, 280, 280, 160]);
});
