import { expect, test } from 'vitest';
import { Framing } from '../../../src/external-media/framing.ts';

const bytes = (from: number, to: number): Buffer =>
  Buffer.from(Array.from({ length: to - from }, (_, index) => from + index));

test('frames of the right size pass as they are', () => {
  const frame = bytes(0, 4);
  expect(new Framing(4).take(frame)).toBe(frame);
});

test('pieces of any size become whole frames, in order, and nothing is lost', () => {
  const framing = new Framing(4);
  const taken = [bytes(0, 3), bytes(3, 5), bytes(5, 5), bytes(5, 15), bytes(15, 16)].map((piece) =>
    framing.take(piece),
  );
  expect(taken.map(({ length }) => length)).toEqual([0, 4, 0, 8, 4]);
  expect(Buffer.concat(taken)).toEqual(bytes(0, 16));
});
