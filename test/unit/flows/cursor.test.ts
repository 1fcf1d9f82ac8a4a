import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import {
  type ActionList,
  advance,
  type Cursor,
  current,
  deepest,
  type Lists,
  type Move,
  start,
} from '../../../src/flows/cursor.ts';
import type { ActionJson } from '../../../src/ports/action-json.ts';

const action = (id: string, next_id = zeroId): ActionJson => ({ id, next_id, type: 'stop' });

/** Lists by name: `{ main: ['a', 'b>d'] }`, where `b>d` has `next_id` d. */
function givenLists(lists: Readonly<Record<string, readonly string[]>>): Lists {
  return new Map(
    Object.entries(lists).map(([id, names]): [string, ActionList] => [
      id,
      { id, actions: names.map((name) => action(...(name.split('>') as [string, string?]))) },
    ]),
  );
}

/** The ids of the actions a flow comes by when nothing but `moves` (then `next`) is done. */
function path(lists: Lists, ...moves: readonly Move[]): string[] {
  const ids: string[] = [];
  let cursor: Cursor = start(lists);
  for (let step = 0; step < 50; step++) {
    const at = current(cursor, lists);
    if (!at) return ids;
    ids.push(at.id);
    cursor = advance(cursor, lists, moves[step] ?? { go: 'next' }) ?? [];
  }
  return [...ids, '…'];
}

const to = (actionId: string): Move => ({ go: 'to', actionId });
const into = (list: string): Move => ({ go: 'into', list });
const next: Move = { go: 'next' };

describe('a flow', () => {
  test('goes through its list and ends', () => {
    expect(path(givenLists({ main: ['a', 'b', 'c'] }))).toEqual(['a', 'b', 'c']);
  });

  test('without actions is over before it begins', () => {
    expect(start(givenLists({ main: [] }))).toEqual([]);
  });

  test('follows next_id', () => {
    expect(path(givenLists({ main: ['a>c', 'b', 'c'] }))).toEqual(['a', 'c']);
    expect(path(givenLists({ main: ['a', 'b>a'] })).slice(0, 5)).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  test('jumps, forward and back', () => {
    expect(path(givenLists({ main: ['a', 'b', 'c'] }), to('c'))).toEqual(['a', 'c']);
    expect(path(givenLists({ main: ['a', 'b', 'c'] }), next, to('a'))).toEqual(['a', 'b', 'a', 'b', 'c']);
  });

  test('can be finished anywhere', () => {
    expect(path(givenLists({ main: ['a', 'b'], sub: ['x'] }), into('sub'), { go: 'finish' })).toEqual([
      'a',
      'x',
    ]);
  });
});

describe('a nested list', () => {
  test('is run, and the flow goes on behind the action that pushed it', () => {
    const lists = givenLists({ main: ['a', 'b'], sub: ['x', 'y'] });
    expect(path(lists, into('sub'))).toEqual(['a', 'x', 'y', 'b']);
  });

  test('returns to where next_id of the pushing action says', () => {
    const lists = givenLists({ main: ['a>c', 'b', 'c'], sub: ['x'] });
    expect(path(lists, into('sub'))).toEqual(['a', 'x', 'c']);
  });

  test('that is empty is passed over', () => {
    expect(path(givenLists({ main: ['a', 'b'], sub: [] }), into('sub'))).toEqual(['a', 'b']);
    expect(path(givenLists({ main: ['a'], sub: [] }), into('sub'))).toEqual(['a']);
  });

  test('may push another, and all return', () => {
    const lists = givenLists({ main: ['a', 'b'], sub: ['x', 'y'], deep: ['p'] });
    expect(path(lists, into('sub'), into('deep'))).toEqual(['a', 'x', 'p', 'y', 'b']);
  });

  test('may jump into an enclosing list, and is then left', () => {
    const lists = givenLists({ main: ['a', 'b', 'c'], sub: ['x', 'y'] });
    expect(path(lists, into('sub'), to('c'))).toEqual(['a', 'x', 'c']);
    expect(advance(start(lists), lists, into('sub'))).toHaveLength(2);
  });

  test('has its own ids first', () => {
    const lists = givenLists({ main: ['a', 'b'], sub: ['x', 'b', 'z'] });
    expect(path(lists, into('sub'), to('b'))).toEqual(['a', 'x', 'b', 'z', 'b']);
  });

  test('does not see the lists that it is not in', () => {
    const lists = givenLists({ main: ['a', 'b'], sub: ['x'], other: ['p'] });
    const inside = advance(start(lists), lists, into('sub')) ?? [];
    expect(advance(inside, lists, to('p'))).toBeUndefined();
  });

  test(`is refused ${deepest} levels deep`, () => {
    const lists = givenLists({ main: ['a'], sub: ['x'] });
    let cursor: Cursor | undefined = start(lists);
    for (let depth = 1; depth < deepest; depth++) cursor = advance(cursor ?? [], lists, into('sub'));
    expect(cursor).toHaveLength(deepest);
    expect(advance(cursor ?? [], lists, into('sub'))).toBeUndefined();
  });
});

test('a jump to nowhere is refused', () => {
  const lists = givenLists({ main: ['a'] });
  expect(advance(start(lists), lists, to('nowhere'))).toBeUndefined();
});

test('past its end nothing moves', () => {
  const lists = givenLists({ main: ['a'] });
  expect(advance([], lists, next)).toEqual([]);
  expect(advance([], lists, to('a'))).toBeUndefined();
});

describe('whatever the moves', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const anyList = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(zeroId, ...names)), {
    maxLength: 5,
  });
  const anyLists = fc.record({ main: anyList, one: anyList, two: anyList });
  const anyMove: fc.Arbitrary<Move> = fc.oneof(
    fc.constant(next),
    fc.constantFrom(...names).map(to),
    fc.constantFrom('one', 'two').map(into),
    fc.constant({ go: 'finish' as const }),
  );

  test('the cursor is empty or at an action, and its outer frames are where they were', () => {
    fc.assert(
      fc.property(anyLists, fc.array(anyMove, { maxLength: 40 }), (written, moves) => {
        const lists: Lists = new Map(
          Object.entries(written).map(([id, items]) => [
            id,
            { id, actions: items.map(([name, nextId]) => action(name, nextId)) },
          ]),
        );
        let cursor = start(lists);
        for (const move of moves) {
          const before = cursor;
          const after = advance(cursor, lists, move);
          if (after === undefined) continue; // refused: the cursor stays
          for (const { list, index } of after) expect(lists.get(list)?.actions[index]).toBeDefined();
          expect(after.length).toBeLessThanOrEqual(deepest);
          expect(after.slice(0, -1)).toEqual(before.slice(0, Math.max(after.length - 1, 0)));
          if (after.length > 0) expect(current(after, lists)).toBeDefined();
          if (move.go === 'to') expect(current(after, lists)?.id).toBe(move.actionId);
          expect(JSON.parse(JSON.stringify(after))).toEqual(after); // it is what is stored
          cursor = after;
        }
      }),
    );
  });
});
