import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Living } from '../../../src/core/living.ts';

test('is a map: what was set is found, in the order it came, until it is deleted', () => {
  const living = new Living<string, number>();
  living.set('one', 1).set('two', 2).set('three', 3).set('one', 4);
  expect([living.size, living.get('one'), living.get('four')]).toEqual([3, 4, undefined]);
  expect([living.has('two'), living.delete('two'), living.delete('two'), living.has('two')]).toEqual([
    ...[true, true, false, false],
  ]);
  living.set('two', 5);
  expect([...living]).toEqual([
    ['one', 4],
    ['three', 3],
    ['two', 5],
  ]);
  expect([[...living.keys()], [...living.values()]]).toEqual([
    ['one', 'three', 'two'],
    [4, 3, 5],
  ]);
  living.clear();
  expect([living.size, [...living]]).toEqual([0, []]);
});

test('whoever goes through it may delete what he meets, and what he has not met yet', () => {
  const living = new Living<number, number>();
  for (let key = 0; key < 100; key++) living.set(key, key);
  const met: number[] = [];
  for (const [key] of living) {
    met.push(key);
    living.delete(key);
    living.delete(key + 1);
  }
  expect(met).toEqual(Array.from({ length: 50 }, (_, index) => 2 * index));
});

test('an entry of nothing is there as well', () => {
  const living = new Living<string, string | undefined>();
  living.set('none', undefined);
  expect([living.has('none'), living.size, [...living.values()]]).toEqual([true, 1, [undefined]]);
});

test('what has gone is not kept from the collection of the young, however old the map is', () => {
  const living = new Living<number, object>();
  const collect = minorCollection();
  living.set(0, {});
  for (let round = 0; round < 4; round++) collect(); // its table is old now
  const before = oldBytes();
  for (let key = 1; key <= 2_000; key++) {
    living.set(
      key,
      Array.from({ length: 1_000 }, () => key),
    );
    if (key > 4) living.delete(key - 4);
    if (key % 50 === 0) collect();
  }
  // Of 16 MB that came and went.
  expect(oldBytes() - before).toBeLessThan(4_000_000);
});

function minorCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: { readonly type: 'minor' }) => void;
  return () => collect({ type: 'minor' });
}

function oldBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => space_name.startsWith('old'));
  return spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}
