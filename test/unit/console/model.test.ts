import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { begun, changedTo, redone, undone } from '../../../src/console/editor/history.ts';
import {
  type ActionJson,
  actionsOf,
  connect,
  insert,
  itemsOf,
  move,
  remove,
  replace,
  waysOf,
} from '../../../src/console/editor/model.ts';
import { problemsOf } from '../../../src/console/editor/problems.ts';
import { readActions } from '../../../src/console/editor/read-actions.ts';
import { emptyFlow, settingsOf } from '../../../src/console/editor/stored-flow.ts';
import { waysOf as waysOfEngine } from '../../../src/flows/ways.ts';
import { action, actions, catalogue, flow } from '../../support/edited-flows.ts';

const text = (list: readonly ActionJson[]): string => JSON.stringify(list, null, 2);

describe('what is edited', () => {
  test('is the JSON: from the editor and to the editor nothing changes', () => {
    fc.assert(
      fc.property(flow, (given) => {
        const written = text(given);
        const items = itemsOf(given);
        expect(text(actionsOf(items))).toBe(written);
        const read = readActions(written);
        expect(typeof read).not.toBe('string');
        const again = itemsOf(read as readonly ActionJson[], items);
        expect(text(actionsOf(again))).toBe(written);
        // Whoever had a place keeps it.
        expect(again.map(({ key }) => key)).toEqual(items.map(({ key }) => key));
      }),
    );
  });

  test.each([
    ['[{"type":"talk","option":null}]', '[0].option: expected an object.'],
    ['[{"type":"talk","option":[]}]', '[0].option: expected an object.'],
    ['[{"type":"talk"},{"id":{"x":1},"type":"talk"}]', '[1].id: expected text.'],
    ['[{"type":"talk","next_id":null}]', '[0].next_id: expected text.'],
    ['[{"type":"talk","on_error_id":5}]', '[0].on_error_id: expected text.'],
    ['[[]]', '[0] has no type.'],
  ])('%s cannot be drawn, and is not taken', (written, problem) => {
    expect(readActions(written)).toBe(problem);
  });

  test('has each id once: both that have the same are told so', () => {
    const twice = [{ id: 'a', type: 'beep' }, { id: 'a', type: 'beep' }, { type: 'beep' }, { type: 'beep' }];
    const said = [{ path: 'actions[1].id', message: 'duplicate id "a"' }];
    const problems = twice.map((_, index) => problemsOf(said, twice, index));
    expect(problems.map((each) => each.map(({ message }) => message))).toEqual([
      ['duplicate id "a"'],
      ['duplicate id "a"'],
      [],
      [],
    ]);
  });

  test('has each key once, whatever was written between', () => {
    fc.assert(
      fc.property(flow, flow, (before, after) => {
        const keys = itemsOf(after, itemsOf(before)).map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  test('is as it was when a change is undone, and as it became when it is redone', () => {
    fc.assert(
      fc.property(flow, fc.nat(), fc.nat(), (given, one, other) => {
        const items = itemsOf(given);
        const [from, to] = [items[one % (items.length || 1)], items[other % (items.length || 1)]];
        if (!from || !to) return;
        const changed = connect(items, from.key, 'next', to.key);
        const after = changedTo(begun(items), changed);
        expect(text(actionsOf(undone(after).now))).toBe(text(given));
        expect(text(actionsOf(redone(undone(after)).now))).toBe(text(actionsOf(changed)));
      }),
    );
  });

  test('is as it was when what was put in is taken out again', () => {
    fc.assert(
      fc.property(flow, fc.nat(), (given, place) => {
        const items = itemsOf(given);
        const after = items[place % (items.length || 1)];
        const free = given.every(({ next_id }) => next_id === undefined) ? after : undefined;
        const made = insert(items, { type: 'answer' }, catalogue, free && { key: free.key });
        expect(actionsOf(made.items)).toHaveLength(given.length + 1);
        expect(text(actionsOf(remove(made.items, made.key, catalogue)))).toBe(text(given));
      }),
    );
  });

  test('keeps the ways of another one whose id it has for a while', () => {
    const given = [
      { id: 'first', type: 'goto', option: { target_id: 'second' } },
      { id: 'second', type: 'hangup' },
      { id: 'third', type: 'goto', option: { target_id: 'first' } },
    ];
    const items = itemsOf(given);
    const [one] = items;
    const double = replace(items, one!.key, { ...one!.action, id: 'second' }, catalogue);
    expect(actionsOf(double).map(({ id }) => id)).toEqual(['second', 'second', 'third']);
    const back = replace(double, one!.key, one!.action, catalogue);
    expect(text(actionsOf(back))).toBe(text(given));
  });

  test('is led to by the same actions when an id is changed, and as it was when it is changed back', () => {
    fc.assert(
      fc.property(flow, (given) => {
        const items = itemsOf(given);
        const [first] = items;
        if (!first?.action.id) return;
        const renamed = replace(items, first.key, { ...first.action, id: 'renamed' }, catalogue);
        const ways = items.map((_, index) => waysOf(items, index, catalogue).map(({ to }) => to));
        expect(renamed.map((_, index) => waysOf(renamed, index, catalogue).map(({ to }) => to))).toEqual(
          ways,
        );
        const [now] = renamed;
        const back = replace(renamed, first.key, { ...now!.action, id: first.action.id }, catalogue);
        expect(text(actionsOf(back))).toBe(text(given));
      }),
    );
  });
});

test('what else is said of a flow is saved as it was read, whatever that is', () => {
  const text = fc.string();
  const said = fc.record({
    detail: text,
    trace: fc.boolean(),
    trace_digits: fc.constantFrom('keep', 'mask'),
    end_webhook: fc.boolean(),
    on_complete_flow_id: fc.uuid(),
    defaults: fc.record({ language: text, voice: text, barge_in: fc.boolean(), music: text }),
  });
  fc.assert(
    fc.property(said, (given) => {
      const read = { ...emptyFlow, ...given, revision: 3, tm_update: 'then' };
      expect(settingsOf(read)).toEqual(given);
    }),
  );
});

describe('the ways out of an action', () => {
  test('are those that the engine knows', () => {
    fc.assert(
      fc.property(action, (given) => {
        const type = actions.get(given.type);
        // A reply of actions is run in its place: that is no way anybody sees.
        if (!type || (given.option?.response as { type?: string } | undefined)?.type === 'actions') return;
        const ours = waysOf(itemsOf([given]), 0, catalogue);
        const theirs = waysOfEngine({ id: 'x', next_id: '', ...given } as never, type);
        const named = ours.filter(({ name, isWritten }) => isWritten || name === 'next');
        expect(named.map(({ name }) => name).sort()).toEqual(theirs.map(({ name }) => name).sort());
      }),
    );
  });

  test('lead where somebody has led them, whether it has an id or not', () => {
    const items = itemsOf([{ type: 'talk', option: { text: 'a' } }, { type: 'sleep' }, { type: 'hangup' }]);
    const [talk, , hangup] = items;
    const connected = connect(items, talk!.key, 'next', hangup!.key);
    expect(actionsOf(connected).map(({ id, next_id }) => [id, next_id])).toEqual([
      [undefined, 'hangup'],
      [undefined, undefined],
      ['hangup', undefined],
    ]);
    const failing = connect(connected, talk!.key, 'on_error_id', hangup!.key);
    expect(actionsOf(failing)[0]?.on_error_id).toBe('hangup');
    const loose = connect(failing, talk!.key, 'next', undefined);
    expect(actionsOf(loose)[0]).not.toHaveProperty('next_id');
  });

  test('go through what is put on them', () => {
    const items = itemsOf([
      { id: 'ask', type: 'branch', option: { target_ids: { '1': 'sales' }, default_target_id: 'bye' } },
      { id: 'sales', type: 'talk', option: { text: 'Sales.' }, next_id: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]);
    const [ask] = items;
    const { items: after, key } = insert(items, { id: 'log', type: 'webhook_send' }, catalogue, {
      key: ask!.key,
      way: 'target_ids.1',
    });
    const index = after.findIndex((item) => item.key === key);
    expect(waysOf(after, 0, catalogue).find(({ name }) => name === 'target_ids.1')?.to).toBe(key);
    expect(waysOf(after, index, catalogue).find(({ name }) => name === 'next')?.to).toBe(items[1]!.key);
    // Nobody else comes by it.
    const others = after.flatMap((_, from) =>
      from === 0 ? [] : waysOf(after, from, catalogue).map(({ to }) => to),
    );
    expect(others).not.toContain(key);
  });

  test('are gone with what they led to', () => {
    const items = itemsOf([
      {
        id: 'ask',
        type: 'menu',
        option: { targets: { '1': 'sales', '2': 'end' }, no_input_target_id: 'sales' },
      },
      { id: 'sales', type: 'talk', option: { text: 'Sales.' } },
      { id: 'end', type: 'hangup' },
    ]);
    const left = actionsOf(remove(items, items[1]!.key, catalogue));
    expect(left).toEqual([
      { id: 'ask', type: 'menu', option: { targets: { '2': 'end' } } },
      { id: 'end', type: 'hangup' },
    ]);
  });
});

test('an action goes earlier and later, and not beyond the ends', () => {
  const items = itemsOf([{ type: 'answer' }, { type: 'talk' }, { type: 'hangup' }]);
  const order = (list: typeof items) => actionsOf(list).map(({ type }) => type);
  expect(order(move(items, items[0]!.key, 1))).toEqual(['talk', 'answer', 'hangup']);
  expect(order(move(items, items[0]!.key, -1))).toEqual(['answer', 'talk', 'hangup']);
});

test('several changes of a kind are undone at once', () => {
  const typed = ['a', 'ab', 'abc'].reduce((history, name) => changedTo(history, name, 'name'), begun(''));
  expect(undone(typed).now).toBe('');
  expect(undone(changedTo(typed, 'other')).now).toBe('abc');
});
