import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { zeroId } from '../../../src/core/clock.ts';
import { type Action, defineAction } from '../../../src/flows/action.ts';
import { checkActions, checkFlow, skippedWithoutCall } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, pass, type WrittenAction } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const set = (key: string, value: string) => ({ type: 'variable_set', option: { key, value } });

describe('a flow of actions that do not wait', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'] as const;
  const target = fc.constantFrom('', ...ids);
  const text = fc.constantFrom('', 'x', '${v}', '${v}${v}', '${w}', 'a', 'b');
  const anyAction: fc.Arbitrary<{ type: string; option: Record<string, unknown> }> = fc.oneof(
    fc.record({
      type: fc.constant('variable_set'),
      option: fc.record({ key: fc.constantFrom('v', 'w'), value: text }),
    }),
    fc.record({
      type: fc.constant('goto'),
      option: fc.record({
        target_id: fc.constantFrom(...ids, '${v}'),
        loop_count: fc.integer({ min: 0, max: 2_147_483_647 }),
      }),
    }),
    fc.record({
      type: fc.constant('goto'),
      option: fc.record({ target_id: fc.constantFrom(...ids) }),
    }),
    fc.record({
      type: fc.constant('branch'),
      option: fc.record({
        variable: fc.constant('v'),
        default_target_id: target,
        target_ids: fc.dictionary(text, target),
      }),
    }),
    fc.record({
      type: fc.constant('condition_variable'),
      option: fc.record({
        condition: fc.constantFrom('==', '<'),
        variable: fc.constantFrom('v', '${w}'),
        value_string: text,
        false_target_id: target,
      }),
    }),
    fc.record({
      type: fc.constant('condition_datetime'),
      option: fc.record({
        condition: fc.constantFrom('==', '>='),
        hour: fc.integer({ min: 0, max: 23 }),
        false_target_id: target,
      }),
    }),
    fc.record({ type: fc.constant('fetch_flow'), option: fc.constant({ flow_id: storedId }) }),
    fc.constant({ type: 'fetch', option: { event_url: 'https://a.example' } }),
    fc.constant({ type: 'stop', option: {} }),
  );
  const anyFlow = fc
    .array(fc.tuple(anyAction, target, target), { minLength: 1, maxLength: ids.length })
    .map((actions) =>
      actions.map(([action, next_id, on_error_id], index) => ({
        id: ids[index] ?? '',
        next_id,
        on_error_id,
        ...action,
      })),
    );

  test('ends, or is stopped by the loop guard, after 500 actions at most, with nothing left', async () => {
    vi.useRealTimers();
    await fc.assert(fc.asyncProperty(anyFlow, anyFlow, endsInTime), { numRuns: 150 });
  });
});

async function endsInTime(written: unknown, stored: unknown): Promise<void> {
  const given = givenCall();
  const { actions } = checkFlow(written, catalogue);
  const { actions: inner } = checkFlow(stored, catalogue);
  given.flows.set(storedId, { id: storedId, actions: inner });
  given.http.reply({ body: stored });
  const flow = given.runUnchecked(actions);
  await flow.done;
  expect(given.of('activeflow_updated').length).toBeLessThanOrEqual(500);
  expect(given.reported).toEqual([]);
  expect(given.activeflows.size).toBe(0);
}

const storedId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';

describe('a value that says more than it should', () => {
  test('is never read again, however often it is passed on', async () => {
    const given = givenCall();
    const flow = given.run(
      set('a', '${b}${b}'),
      set('evil', '$'),
      set('b', '${evil}{a}${evil}{a}'),
      { ...set('a', '${b}${b}'), id: 'again' },
      { type: 'goto', option: { target_id: 'again', loop_count: 100 } },
    );
    await flow.done;
    expect(flow.variable('a')).toBe('${a}${a}${a}${a}');
    expect(given.failures).toEqual([]);
  });

  test('doubles until it is over 64 KiB, and no further', async () => {
    const given = givenCall();
    const flow = given.run(
      set('a', 'xx'),
      { ...set('a', '${a}${a}'), id: 'again' },
      { type: 'goto', option: { target_id: 'again', loop_count: 100 } },
    );
    await flow.done;
    expect(flow.variable('a')).toHaveLength(65_536);
    expect(new Set(given.failures)).toEqual(new Set(['SUBSTITUTION_TOO_LONG']));
  });

  test('fills no more than 256 KiB of an option together', async () => {
    const given = givenCall();
    const target_ids = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [index, '${x}']));
    const began = performance.now();
    await given.run(set('x', 'x'.repeat(65_000)), { type: 'branch', option: { target_ids } }).done;
    expect(given.failures).toEqual(['SUBSTITUTION_TOO_LONG']);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('is judged to be no number in no time', async () => {
    const given = givenCall();
    const option = { condition: '==', variable: 'x', value_type: 'number' };
    const began = process.cpuUsage();
    await given.run(set('x', `${'1'.repeat(65_000)}x`), { type: 'condition_variable', option }).done;
    expect(process.cpuUsage(began).user).toBeLessThan(5_000_000);
  });

  test('fills no more than a mebibyte together', async () => {
    const given = givenCall();
    const flow = given.run(
      set('n', '0'),
      set('x', 'x'.repeat(65_000)),
      { ...set('${n}', '${x}'), id: 'again' },
      set('n', '${n}1'),
      { type: 'goto', option: { target_id: 'again', loop_count: 100 } },
    );
    await flow.done;
    const { variables } = flow.activeflow;
    expect(JSON.stringify(variables.entries()).length).toBeLessThan(1_100_000);
    expect(new Set(given.failures)).toEqual(new Set(['VARIABLES_TOO_LARGE']));
  });
});

describe('an action', () => {
  test('cannot jump to itself, also where a placeholder says so', async () => {
    const given = givenCall();
    const flow = given.run(
      set('where', 'g'),
      { id: 'g', type: 'goto', option: { target_id: '${where}', loop_count: 5 } },
      set('after', '1'),
    );
    await flow.done;
    expect(given.failures).toEqual(['INVALID_TARGET']);
    expect(flow.variable('after')).toBe('1');
    expect(flow.variable('voipbin.action.error.message')).toBe('an action cannot jump to itself');
  });

  test('with a target of zeros goes on', async () => {
    const given = givenCall();
    const flow = given.run(
      { type: 'branch', option: { variable: 'v', default_target_id: zeroId } },
      { type: 'condition_variable', option: { condition: '!=', variable: 'v', false_target_id: zeroId } },
      set('after', '1'),
    );
    await flow.done;
    expect(given.failures).toEqual([]);
    expect(flow.variable('after')).toBe('1');
  });

  test('that failed is told of until another fails', async () => {
    const given = givenCall();
    const bad = (id: string, duration: string) => ({
      id,
      type: 'sleep',
      option: { duration: `\${${duration}}` },
    });
    const error = '${voipbin.action.error.type} ${voipbin.action.error.id} ${voipbin.action.error.code}';
    const flow = given.run(
      set('before', error),
      bad('one', 'x'),
      set('a', error),
      bad('two', 'x'),
      set('b', error),
    );
    await flow.done;
    expect([flow.variable('before'), flow.variable('a'), flow.variable('b')]).toEqual([
      '  ',
      'sleep one INVALID_OPTION',
      'sleep two INVALID_OPTION',
    ]);
  });

  test('that failed may be asked about by a condition', async () => {
    const given = givenCall();
    const flow = given.run(
      { type: 'fetch', option: { event_url: 'https://a.example' } },
      {
        type: 'condition_variable',
        option: {
          condition: '==',
          variable: 'voipbin.action.error.code',
          value_string: 'INVALID_RESPONSE',
          false_target_id: 'no',
        },
      },
      set('was', 'yes'),
      { type: 'stop' },
      { ...set('was', 'no'), id: 'no' },
    );
    await flow.done;
    expect(flow.variable('was')).toBe('yes');
  });
});

describe('the loop guard', () => {
  test('counts all actions, whatever they wait: 10 000 is the end', async () => {
    const given = givenCall();
    const flow = given.run(
      { id: 'a', type: 'sleep', option: { duration: 500 } },
      { type: 'goto', option: { target_id: 'a' } },
    );
    await pass(2_600_000);
    await flow.done;
    expect(given.failures).toEqual(['loop_detected']);
    expect(given.of('activeflow_updated')).toHaveLength(10_000);
  });

  test('counts the actions of fetched lists as well', async () => {
    const given = givenCall();
    given.http.reply({ body: [set('a', '1')] });
    const flow = given.run(
      { id: 'f', type: 'fetch', option: { event_url: 'https://a.example' } },
      { type: 'goto', option: { target_id: 'f' } },
    );
    await flow.done;
    expect(given.failures).toEqual(['loop_detected']);
    expect(given.http.requests.length).toBeLessThan(200);
  });
});

describe('actions inside an option', () => {
  const carrying = defineAction({
    type: 'carrying',
    summary: 'Has a flow of its own.',
    needs: 'nothing',
    option: z.strictObject({ actions: z.array(z.unknown()).default([]), text: z.string().default('') }),
    example: {},
    nested: ['actions'],
    run: () => undefined,
  });
  const withIt: ReadonlyMap<string, Action> = new Map([...catalogue, ['carrying', carrying]]);
  const carry = (...actions: readonly unknown[]) => ({ type: 'carrying', option: { actions } });

  test('are checked like the flow they are in, at any depth', () => {
    const inner = carry(
      { type: 'nonsense' },
      carry({ type: 'goto', option: { target_id: 'nowhere' } }),
      { type: 'goto', id: 'g', option: { target_id: 'outside' } },
      { type: 'fetch', option: { event_url: 'http://a.example' } },
    );
    const { problems, warnings } = checkActions([{ type: 'answer', id: 'outside' }, inner], {
      catalogue: withIt,
      checkUrl: () => 'is not allowed',
    });
    expect(problems.map(({ path }) => path)).toEqual([
      'actions[1].option.actions[0].type',
      'actions[1].option.actions[1].option.actions[0].option.target_id',
      'actions[1].option.actions[2].option.target_id',
      'actions[1].option.actions[3].option.event_url',
    ]);
    expect(warnings.map(({ path }) => path)).toEqual([
      'actions[1].option.actions[1].option.actions[0].option.loop_count',
      'actions[1].option.actions[2].option.loop_count',
    ]);
  });

  test('get their ids, and are the same when they come back', () => {
    const { actions, problems } = checkFlow([carry({ type: 'answer' }, carry({ type: 'stop' }))], withIt);
    expect(problems).toEqual([]);
    const ids = JSON.stringify(actions).match(/"id":"[0-9a-f-]{36}"/g) ?? [];
    expect(new Set(ids).size).toBe(4);
    expect(checkFlow(actions, withIt).actions).toEqual(actions);
  });

  test('may use the ids of the flow around them for themselves', () => {
    const { problems } = checkFlow([{ id: 'a', ...carry({ id: 'a', type: 'answer' }) }], withIt);
    expect(problems).toEqual([]);
  });

  test('that are no list are one problem', () => {
    const { problems } = checkFlow([{ type: 'carrying', option: { actions: 'none' } }], withIt);
    expect(problems.map(({ path }) => path)).toEqual(['actions[0].option.actions']);
  });

  test('keep their placeholders until they run', async () => {
    const given = givenCall({ catalogue: withIt });
    const actions: readonly WrittenAction[] = [carry({ type: 'talk', option: { text: '${x}' } })];
    await given.run(...actions).done;
    const [shown] = given.of('activeflow_updated');
    expect(JSON.stringify(shown?.current_action.option)).toContain('${x}');
  });
});

test('what a run without a call leaves out is told by its place', () => {
  const { actions } = checkFlow(
    [{ type: 'answer' }, set('a', 'b'), { type: 'talk', option: { text: 'x' } }],
    catalogue,
  );
  expect(skippedWithoutCall(actions, catalogue)).toEqual([
    { path: 'actions[0]', message: 'answer needs a call, without one it is skipped' },
    { path: 'actions[2]', message: 'talk needs a call, without one it is skipped' },
  ]);
});
