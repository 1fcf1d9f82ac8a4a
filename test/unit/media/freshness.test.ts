import { expect, test } from 'vitest';
import { freshUntil } from '../../../src/media/freshness.ts';

const now = Date.parse('2026-03-02T12:00:00Z');
const day = 86_400;
const lifetime = (headers: Record<string, string>) => (freshUntil(headers, now) - now) / 1_000;
const date = 'Mon, 02 Mar 2026 12:00:00 GMT';

test.each([
  [{}, 5],
  [{ 'cache-control': 'max-age=60' }, 60],
  [{ 'cache-control': 'public, MAX-AGE=60, must-revalidate' }, 60],
  [{ 'cache-control': 'max-age="60"' }, 60],
  [{ 'cache-control': 'max-age=60', age: '20' }, 40],
  [{ 'cache-control': 'max-age=60', age: '100' }, 5],
  [{ 'cache-control': 'max-age=60', age: 'old' }, 60],
  [{ 'cache-control': 'max-age=0' }, 5],
  [{ 'cache-control': 'max-age=31536000, immutable' }, day],
  [{ 'cache-control': 'max-age=99999999999999999999' }, day],
  [{ 'cache-control': 'max-age=soon' }, 5],
  [{ 'cache-control': 's-maxage=60' }, 5],
  [{ 'cache-control': 'no-store' }, 0],
  [{ 'cache-control': 'max-age=60, no-cache' }, 0],
  [{ expires: 'Mon, 02 Mar 2026 12:10:00 GMT', date }, 600],
  [{ expires: 'Mon, 02 Mar 2026 11:00:00 GMT', date }, 5],
  [{ expires: '0', date }, 5],
  [{ expires: 'Mon, 02 Mar 2026 12:10:00 GMT', date, 'cache-control': 'max-age=60' }, 60],
])('%j is fresh for %d s', (headers, seconds) => {
  expect(lifetime(headers)).toBe(seconds);
});
