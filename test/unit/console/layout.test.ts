import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arranged, completed, type Positions, size, widthOf } from '../../../src/console/editor/layout.ts';
import { type ActionJson, allWays, type Items, itemsOf, start } from '../../../src/console/editor/model.ts';
import { layoutOf, positionsOf } from '../../../src/console/editor/positions.ts';
import { catalogue, flow } from '../../support/edited-flows.ts';

/** Of one without an action nothing is kept that would have been moved. */
const someFlow = flow.filter(({ length }) => length > 0);

const waysOf = (items: Items) => allWays(items, catalogue);
const keysOf = (items: Items): readonly string[] => [start, ...items.map(({ key }) => key)];

/** Pairs that lie one on another. */
function overlaps(items: Items, positions: Positions): readonly string[] {
  const ways = waysOf(items);
  const boxes = keysOf(items).map((key) => ({ key, ...positions.get(key)!, width: widthOf(ways.get(key)) }));
  return boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter(
        (other) =>
          Math.abs(one.y - other.y) < size.height &&
          one.x < other.x + other.width &&
          other.x < one.x + one.width,
      )
      .map((other) => `${one.key} ${other.key}`),
  );
}

const at = (items: Items, positions: Positions, id: string) => {
  const key = items.find(({ action }) => action.id === id)?.key ?? start;
  const { x, y } = positions.get(key)!;
  return { middle: x + widthOf(waysOf(items).get(key)) / 2, y };
};

describe('a flow that is arranged', () => {
  test('has a place for every action, none of them on another one', () => {
    fc.assert(
      fc.property(flow, (given) => {
        const items = itemsOf(given);
        const positions = arranged(waysOf(items));
        expect([...positions.keys()].sort()).toEqual([...keysOf(items)].sort());
        expect(overlaps(items, positions)).toEqual([]);
      }),
    );
  });

  test('goes down: ways lead below, but for those that lead back', () => {
    const items = itemsOf([
      {
        id: 'ask',
        type: 'menu',
        option: { targets: { '1': 'sales', '2': 'support' }, no_input_target_id: 'ask' },
      },
      { id: 'sales', type: 'talk', next_id: 'bye' },
      { id: 'support', type: 'talk', next_id: 'bye' },
      { id: 'bye', type: 'talk' },
      { id: 'end', type: 'hangup' },
      { id: 'lost', type: 'talk', next_id: 'bye' },
    ]);
    const positions = arranged(waysOf(items));
    const [ask, sales, support, bye, end] = ['ask', 'sales', 'support', 'bye', 'end'].map((id) =>
      at(items, positions, id),
    );
    expect(sales!.y).toBe(support!.y);
    expect(sales!.middle).toBeLessThan(ask!.middle);
    expect(support!.middle).toBeGreaterThan(ask!.middle);
    // Where both meet again is under where they parted.
    expect(bye).toEqual({ middle: ask!.middle, y: sales!.y + sales!.y - ask!.y });
    expect(end!.middle).toBe(bye!.middle);
    expect(at(items, positions, 'start').middle).toBe(ask!.middle);
  });

  test('is arranged in a moment, however many ways meet', () => {
    const actions = Array.from({ length: 1_000 }, (_, index): ActionJson => {
      const target_ids = Object.fromEntries(
        [1, 2, 3, 40, 900].map((by) => [`${by}`, `a${(index + by) % 1_000}`]),
      );
      return { id: `a${index}`, type: 'branch', option: { target_ids, default_target_id: 'a999' } };
    });
    const items = itemsOf(actions);
    const began = process.cpuUsage();
    const positions = arranged(waysOf(items));
    const { user } = process.cpuUsage(began);
    expect(overlaps(items, positions)).toEqual([]);
    expect(user / 1_000).toBeLessThan(3_000); // some 60 ms; a layout that minimises crossings took minutes
  });
});

describe('a layout that was kept', () => {
  test('is as it was when the flow is opened again', () => {
    fc.assert(
      fc.property(someFlow, fc.integer({ min: -1_000, max: 1_000 }), (given, by) => {
        const named = given.map((action, index) => ({ ...action, id: `${index}` }));
        const before = itemsOf(named);
        const moved = new Map(
          [...arranged(waysOf(before))].map(([key, { x, y }]) => [key, { x: Math.round(x) + by, y }]),
        );
        const layout = layoutOf(before, moved);
        const after = itemsOf(named);
        const opened = positionsOf(layout, after, waysOf(after));
        expect(layoutOf(after, opened)).toEqual(layout);
      }),
    );
  });

  test('has room for what has come since, and what is gone has none', () => {
    const before = itemsOf([
      { id: 'a', type: 'answer' },
      { id: 'gone', type: 'beep' },
      { id: 'b', type: 'hangup' },
    ]);
    const layout = layoutOf(before, arranged(waysOf(before)));
    const after = itemsOf([
      { id: 'a', type: 'answer' },
      { type: 'talk' },
      { type: 'talk' },
      { id: 'b', type: 'hangup' },
    ]);
    const positions = positionsOf(layout, after, waysOf(after));
    expect(overlaps(after, positions)).toEqual([]);
    expect(Object.keys(layoutOf(after, positions).actions)).toEqual(['a', 'b']);
    expect(completed(positions, keysOf(after))).toBe(positions);
  });
});
