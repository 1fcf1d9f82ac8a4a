import { expect, test } from 'vitest';
import { RecordingLinks, type ShownLink } from '../../../src/recordings/recording-links.ts';

const id = 'b5ef5e64-f7ca-41ec-bbe9-9f74186a2a72';
const clock = { now: 1_700_000_000_500 };
const linksOf = (key = 'a key of ours') =>
  new RecordingLinks({ publicUrl: 'https://calls.example', key, life: 7_000, now: () => clock.now });

function shown(link: string): ShownLink {
  const { pathname, searchParams } = new URL(link);
  const of = (name: string): string => searchParams.get(name) ?? '';
  return { id: pathname.slice('/r/'.length), expires: of('expires'), signature: of('signature') };
}

test('a link names its recording and its end, and is signed', () => {
  const link = linksOf().to(id);
  expect(link).toMatch(
    /^https:\/\/calls\.example\/r\/b5ef5e64-f7ca-41ec-bbe9-9f74186a2a72\?expires=1700000008&signature=[\w-]{43}$/,
  );
  expect(linksOf().opens(shown(link))).toBe(true);
});

test('it opens until its end', () => {
  const link = shown(linksOf().to(id));
  const made = clock.now;
  for (const [later, opens] of [
    [0, true],
    [7_000, true],
    [7_499, true],
    [7_500, false],
    [86_400_000, false],
  ] as const) {
    clock.now = made + later;
    expect(linksOf().opens(link), String(later)).toBe(opens);
  }
  clock.now = made;
});

test('with any other letter it opens nothing', () => {
  const link = shown(linksOf().to(id));
  for (const part of ['id', 'expires', 'signature'] as const)
    for (const [index, letter] of [...link[part]].entries())
      for (const other of ['0', '1', 'A', 'b', '_', '', `${letter}${letter}`]) {
        if (other === letter) continue;
        const changed = `${link[part].slice(0, index)}${other}${link[part].slice(index + 1)}`;
        expect(linksOf().opens({ ...link, [part]: changed }), `${part}: ${changed}`).toBe(false);
      }
  expect(linksOf().opens({ ...link, expires: '9999999999' })).toBe(false);
  expect(linksOf().opens({ ...link, expires: `0${link.expires}` })).toBe(false);
  expect(linksOf().opens({ ...link, signature: `${link.signature}=` })).toBe(false);
  expect(linksOf().opens({ ...link, signature: 'ä'.repeat(43) })).toBe(false);
});

test('of somebody else it opens nothing', () => {
  expect(linksOf().opens(shown(linksOf('a key of another').to(id)))).toBe(false);
});
