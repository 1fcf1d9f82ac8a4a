import { afterEach, expect, test, vi } from 'vitest';
import { readAll } from '../../../src/console/lib/api.ts';

afterEach(() => vi.unstubAllGlobals());

/** A daemon with so many pages of two calls each; what it was asked. */
function given(pages: number): readonly URL[] {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', async (address: string) => {
    const url = new URL(address, 'http://daemon');
    asked.push(url);
    const at = Number(url.searchParams.get('page_token') ?? 0);
    const next_page_token = at + 1 < pages ? String(at + 1) : '';
    return Response.json({ result: [`${at}a`, `${at}b`], next_page_token });
  });
  return asked;
}

const read = () => readAll<string>('/v1.0/calls', { status: 'ringing' }, new AbortController().signal);

test('a list of several pages is read to its end, narrowed on each of them', async () => {
  const asked = given(3);
  expect(await read()).toEqual(['0a', '0b', '1a', '1b', '2a', '2b']);
  expect(asked.map(({ search }) => search)).toEqual([
    '?status=ringing',
    '?status=ringing&page_token=1',
    '?status=ringing&page_token=2',
  ]);
});

test('of a list without an end the newest is read, and the daemon not asked for ever', async () => {
  const asked = given(1_000);
  expect(await read()).toHaveLength(40);
  expect(asked).toHaveLength(20);
});
