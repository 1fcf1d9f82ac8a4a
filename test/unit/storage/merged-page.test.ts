import { expect, test } from 'vitest';
import type { Page } from '../../../src/ports/page.ts';
import { mergedPage } from '../../../src/storage/merged-page.ts';
import { pageToken } from '../../../src/storage/page-token.ts';

const at = (second: number, id = `id${second}`) => ({ id, tm_create: `2026-01-01 00:00:0${second}.000000` });

function page(seconds: readonly number[], hasMore = false): Page<ReturnType<typeof at>> {
  const result = seconds.map((second) => at(second));
  const last = result.at(-1);
  return { result, next: hasMore && last ? pageToken(last) : '' };
}

const seconds = ({ result }: Page<{ readonly id: string }>) => result.map(({ id }) => Number(id.slice(2)));

test('one of both has the newest of both, each once', () => {
  const merged = mergedPage([page([7, 5, 3]), page([6, 5, 1])], 9);
  expect(seconds(merged)).toEqual([7, 6, 5, 3, 1]);
  expect(merged.next).toBe('');
});

test('what does not fit is on the next one', () => {
  const merged = mergedPage([page([7, 5]), page([6, 4])], 2);
  expect(seconds(merged)).toEqual([7, 6]);
  expect(merged.next).toBe(pageToken(at(6)));
});

test('behind the end of one that has more nothing is shown, since that may come before it', () => {
  const merged = mergedPage([page([7, 6], true), page([5, 4], true)], 2);
  expect(seconds(merged)).toEqual([7, 6]);
  const short = mergedPage([page([7], true), page([5, 4])], 9);
  expect(seconds(short)).toEqual([7]);
  expect(short.next).toBe(pageToken(at(7)));
});

test('one that has looked at more than it shows is believed up to where it has looked', () => {
  const looked = { ...page([7]), next: pageToken(at(4)) };
  const merged = mergedPage([looked, page([5, 3])], 9);
  expect(seconds(merged)).toEqual([7, 5]);
  expect(merged.next).toBe(pageToken(at(4)));
  const none = mergedPage([{ ...page([]), next: pageToken(at(4)) }, page([3])], 9);
  expect(none).toEqual({ result: [], next: pageToken(at(4)) });
});

test('of the same instant the order is that of the ids', () => {
  const [a, b] = [at(1, 'a'), at(1, 'b')];
  const merged = mergedPage(
    [
      { result: [a], next: '' },
      { result: [b], next: '' },
    ],
    9,
  );
  expect(merged.result).toEqual([b, a]);
});
