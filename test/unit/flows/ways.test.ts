import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { tellingWay, waysOf } from '../../../src/flows/ways.ts';
import { catalogue, givenCall, pass, type WrittenAction } from '../../support/call-fixture.ts';

const bye = { id: 'bye', type: 'hangup' };

/** The ways out of the first of these actions. */
function ways(...actions: readonly WrittenAction[]) {
  const [first] = checkFlow(actions, catalogue).actions;
  const type = catalogue.get(first?.type ?? '');
  if (!first || !type) throw new Error('there is no such action');
  return waysOf(first, type).map(({ name, to = '' }) => `${name} → ${to}`);
}

describe('the ways out of an action', () => {
  const choice = { prompts: [{ text: 'Press 1 or 2.' }], targets: { '1': 'sales', '2': 'bye' } };
  const open = '5c1c0d52-8f0f-4f77-9d2a-0f6f5c7f3a10';

  test.each<[string, WrittenAction, readonly string[]]>([
    ['of most is the next one', { type: 'answer' }, ['next → ']],
    [
      'may be said',
      { type: 'answer', next_id: 'bye', on_error_id: 'bye' },
      ['on_error_id → bye', 'next → bye'],
    ],
    ['of a hang-up are none', { type: 'hangup' }, []],
    ['of a stop are none', { type: 'stop' }, []],
    ['of a jump that always jumps', { type: 'goto', option: { target_id: 'bye' } }, ['target_id → bye']],
    [
      'of one that does not',
      { type: 'goto', option: { target_id: 'bye', loop_count: 2 } },
      ['target_id → bye', 'next → '],
    ],
    [
      'of a menu without an end',
      { type: 'menu', option: { ...choice, no_input_target_id: 'bye' } },
      ['targets.1 → sales', 'targets.2 → bye', 'no_input_target_id → bye', 'next → '],
    ],
    [
      'of a menu that always leads somewhere',
      { type: 'menu', option: { ...choice, no_input_target_id: 'bye', no_match_target_id: 'sales' } },
      ['targets.1 → sales', 'targets.2 → bye', 'no_input_target_id → bye', 'no_match_target_id → sales'],
    ],
    [
      'of a menu whose end a variable says, which may be none',
      { type: 'menu', option: { ...choice, no_input_target_id: '${x}', no_match_target_id: 'bye' } },
      [
        'targets.1 → sales',
        'targets.2 → bye',
        'no_input_target_id → ${x}',
        'no_match_target_id → bye',
        'next → ',
      ],
    ],
    [
      'of a branch that leads everybody somewhere',
      { type: 'branch', option: { target_ids: { a: 'bye' }, default_target_id: 'sales' } },
      ['default_target_id → sales', 'target_ids.a → bye'],
    ],
    [
      'of a schedule with both',
      {
        type: 'condition_schedule',
        option: { schedule_id: open, open_target_id: 'bye', closed_target_id: 'sales' },
      },
      ['open_target_id → bye', 'closed_target_id → sales'],
    ],
    [
      'of a request that is waited for',
      {
        type: 'webhook_send',
        option: { sync: true, uri: 'https://a.example', success_id: 'bye', failure_id: 'sales' },
      },
      ['success_id → bye', 'failure_id → sales'],
    ],
    [
      'of one that is not',
      { type: 'webhook_send', option: { uri: 'https://a.example', failure_id: 'sales' } },
      ['failure_id → sales', 'next → '],
    ],
  ])('%s', (_, action, expected) => {
    expect(ways(action, { id: 'sales', type: 'answer' }, bye)).toEqual(expected);
  });

  test('are those that its catalogue knows of: whatever ends or always jumps says so', () => {
    const ending = [...catalogue.values()].filter(
      (type) => !type.goesOn(type.example as Record<string, unknown>),
    );
    expect(ending.map(({ type }) => type).sort()).toEqual([
      ...['branch', 'dialplan_continue', 'hangup', 'hangup_relay', 'stop'],
    ]);
  });
});

describe('which way was taken', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Each action that was done, and its way. */
  async function taken(...actions: readonly WrittenAction[]): Promise<string[]> {
    const told: string[] = [];
    const telling = new Map(
      [...catalogue].map(([name, type]) => [
        name,
        tellingWay(type, ({ id }, way = 'the end') => told.push(`${id}: ${way}`)),
      ]),
    );
    const call = givenCall({ catalogue: telling });
    call.http.reply({ status: 404 });
    const flow = call.run(...actions);
    await pass(60_000);
    await flow.done;
    expect(call.failures.filter((code) => code === 'INVALID_TARGET')).toEqual([]);
    return told;
  }

  test('is told, of several that lead to the same place too', async () => {
    const prompts = [{ text: 'Press 1.' }];
    const option = {
      prompts,
      targets: { '1': 'bye' },
      retries: 0,
      no_input_target_id: 'bye',
      no_match_target_id: 'bye',
    };
    expect(await taken({ id: 'menu', type: 'menu', option }, bye)).toEqual([
      'menu: no_input_target_id',
      'bye: the end',
    ]);
  });

  test('is told of an action that fails and has a way of its own for it, or the general one, or none', async () => {
    const asking = { sync: true, uri: 'https://a.example' };
    const actions = [
      { id: 'own', type: 'webhook_send', option: { ...asking, failure_id: 'general' }, on_error_id: 'bye' },
      { id: 'general', type: 'webhook_send', option: asking, on_error_id: 'none' },
      { id: 'none', type: 'webhook_send', option: asking },
      bye,
    ];
    expect(await taken(...actions)).toEqual([
      'own: failure_id',
      'general: on_error_id',
      'none: next',
      'bye: the end',
    ]);
  });

  test('is told of a jump, each time', async () => {
    const actions = [
      { id: 'a', type: 'variable_set', option: { key: 'x', value: '1' } },
      { id: 'again', type: 'goto', option: { target_id: 'a', loop_count: 1 } },
      { id: 'branch', type: 'branch', option: { variable: 'x', target_ids: { '1': 'bye' } } },
      bye,
    ];
    expect(await taken(...actions)).toEqual([
      ...['a: next', 'again: target_id', 'a: next', 'again: next'],
      ...['branch: target_ids.1', 'bye: the end'],
    ]);
  });
});
