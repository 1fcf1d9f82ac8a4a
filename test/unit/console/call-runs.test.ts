import { expect, test } from 'vitest';
import { runsOf } from '../../../src/console/editor/call-runs.ts';
import { litBy, stepName, together } from '../../../src/console/editor/lit.ts';
import { itemsOf, start } from '../../../src/console/editor/model.ts';
import { never } from '../../../src/console/lib/format.ts';
import type { TimelineEvent } from '../../../src/console/lib/timeline.ts';
import { wireTime, zeroId } from '../../../src/core/clock.ts';

const at = (second: number): string => wireTime(1_700_000_000_000_000 + second * 1_000_000);

const event = (fields: Partial<TimelineEvent>): TimelineEvent => ({
  ...{ tm: at(0), tm_end: at(0), type: 'action', what: 'talk', id: '', step: 0, data: {} },
  ...fields,
});
const flow = (what: string, [from, to]: readonly [number, number?], flow_revision?: number) =>
  event({
    type: 'flow',
    what,
    tm: at(from),
    tm_end: to === undefined ? never : at(to),
    data: flow_revision === undefined ? {} : { flow_revision },
  });
const action = (id: string, second: number) => event({ id, tm: at(second), tm_end: at(second + 1) });

test('of a call each flow has its own actions, though those of others are called alike', () => {
  const events = [
    flow('desk', [0, 10], 3),
    action('hello', 1),
    action('rest', 5),
    // It is written down as begun a little before the one before it was over.
    flow(zeroId, [9, 20]),
    action('rest', 12),
    flow('night', [20], 1),
    action('hello', 21),
    action('bye', 30),
  ];
  expect(runsOf('desk', events)).toEqual([{ revision: 3, ids: ['hello', 'rest'] }]);
  expect(runsOf(zeroId, events)).toEqual([{ revision: 0, ids: ['rest'] }]);
  expect(runsOf('night', events)).toEqual([{ revision: 1, ids: ['hello', 'bye'] }]);
  expect(runsOf('other', events)).toEqual([]);
});

test('what began as one flow was being ended is still of that one', () => {
  const events = [flow('desk', [0, 10], 1), flow('night', [9, 20], 1), action('late', 9.5)];
  expect(runsOf('desk', events)).toEqual([{ revision: 1, ids: ['late'] }]);
  expect(runsOf('night', events)).toEqual([{ revision: 1, ids: [] }]);
});

test('a flow that has run twice has gone two ways, each from its beginning, and none from the end of one to the other', () => {
  const events = [
    flow('desk', [0, 10], 1),
    action('hello', 1),
    action('menu', 2),
    flow('desk', [10, 20], 2),
    action('hello', 11),
    action('bye', 12),
  ];
  const runs = runsOf('desk', events);
  expect(runs.map(({ revision }) => revision)).toEqual([1, 2]);
  const items = itemsOf(['hello', 'menu', 'bye'].map((id) => ({ id, type: 'talk' })));
  const [hello, menu, bye] = items.map(({ key }) => key) as [string, string, string];
  const { keys, steps } = together(runs.map(({ ids }) => litBy(ids, items)));
  expect([...keys].toSorted()).toEqual([hello, menu, bye].toSorted());
  expect([...steps].toSorted()).toEqual(
    [stepName(start, hello), stepName(hello, menu), stepName(hello, bye)].toSorted(),
  );
});
