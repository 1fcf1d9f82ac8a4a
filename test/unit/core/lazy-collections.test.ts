import { expect, test } from 'vitest';
import { LazyMap } from '../../../src/core/lazy-map.ts';
import { LazySet } from '../../../src/core/lazy-set.ts';
import { Once } from '../../../src/core/once.ts';

test('a set that has had nothing yet is one like any other', () => {
  const set = new LazySet<string>();
  expect([set.size, set.has('a'), set.delete('a'), [...set]]).toEqual([0, false, false, []]);
  set.clear();
  set.add('a').add('b').add('a');
  expect([set.size, set.has('a'), [...set]]).toEqual([2, true, ['a', 'b']]);
  expect([set.delete('a'), set.delete('a'), [...set]]).toEqual([true, false, ['b']]);
  set.clear();
  expect([set.size, [...set]]).toEqual([0, []]);
});

test('what is added while a set is read is read too, and what is deleted is not', () => {
  const set = new LazySet<number>().add(1).add(2);
  const read: number[] = [];
  for (const one of set) {
    read.push(one);
    if (one === 1) set.add(3).delete(2);
  }
  expect(read).toEqual([1, 3]);
});

test('a map that has had nothing yet is one like any other', () => {
  const map = new LazyMap<string, number>();
  expect([map.size, map.has('a'), map.get('a'), map.delete('a')]).toEqual([0, false, undefined, false]);
  expect([[...map], [...map.keys()], [...map.values()], Object.fromEntries(map)]).toEqual([[], [], [], {}]);
  map.set('a', 1).set('b', 2).set('a', 3);
  expect([map.size, map.get('a'), [...map.keys()], [...map.values()]]).toEqual([2, 3, ['a', 'b'], [3, 2]]);
  for (const [key] of map) map.delete(key);
  expect([map.size, Object.fromEntries(map)]).toEqual([0, {}]);
  map.clear();
});

test('who waits for what comes once hears of it, before and after', async () => {
  const once = new Once();
  let heard = 0;
  const waiting = once.whenCome.then(() => heard++);
  await Promise.resolve();
  expect(heard).toBe(0);
  once.come();
  once.come();
  await waiting;
  await once.whenCome;
  expect(heard).toBe(1);
});
