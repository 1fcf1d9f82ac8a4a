import { expect, test } from 'vitest';
import { piecesOf } from '../../../src/speech/tts/pieces.ts';

test('a short text is one piece', () => {
  expect(piecesOf('Hello. How are you?')).toEqual(['Hello. How are you?']);
});

test('a long one is cut where sentences end, and nothing of it is lost', () => {
  const text = 'One sentence is here. Another one follows it! Is this the third? '.repeat(80);
  const pieces = piecesOf(text);
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.join('')).toBe(text);
  for (const piece of pieces) {
    expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(1_500);
    expect(piece.trimEnd()).toMatch(/[.!?]$/);
  }
});

test('a sentence that is too long is cut between words, and a word inside', () => {
  expect(piecesOf('aaa bbb ccc ddd', 8)).toEqual(['aaa bbb ', 'ccc ddd']);
  expect(piecesOf('a'.repeat(20), 8)).toEqual(['aaaaaaaa', 'aaaaaaaa', 'aaaa']);
});

test('letters of several bytes count as such, and none is cut in two', () => {
  const text = '안녕하세요. 반갑습니다. '.repeat(100);
  const pieces = piecesOf(text);
  expect(pieces.join('')).toBe(text);
  for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(1_500);
  expect(piecesOf('👩‍👩‍👧‍👦'.repeat(3), 26).every((piece) => piece === '👩‍👩‍👧‍👦')).toBe(true);
});
