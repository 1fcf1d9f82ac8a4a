import { afterAll, beforeAll, expect, test } from 'vitest';
import { System } from '../support/system.ts';

let system: System;

beforeAll(async () => {
  system = await System.start({ isWatched: false });
});
afterAll(() => system[Symbol.asyncDispose]());

interface Refusal {
  readonly error: { readonly reason: string; readonly details: readonly { readonly path: string }[] };
}

const wrong: Record<string, [actions: readonly unknown[], paths: readonly string[]]> = {
  'an unknown type': [[{ type: 'answer' }, { type: 'fly' }], ['actions[1].type']],
  'an option of the wrong type': [
    [{ type: 'sleep', option: { duration: 'long' } }],
    ['actions[0].option.duration'],
  ],
  'a missing target': [
    [
      { type: 'goto', option: { target_id: 'nowhere' } },
      { type: 'branch', option: { target_ids: { '1': 'gone' } } },
    ],
    ['actions[0].option.target_id', 'actions[1].option.target_ids.1'],
  ],
  'a duplicate id': [
    [
      { id: 'a', type: 'answer' },
      { id: 'a', type: 'beep' },
    ],
    ['actions[1].id'],
  ],
  'an unknown key': [
    [
      { type: 'answer', options: {} },
      { type: 'talk', option: { text: 'x', speed: 2 } },
    ],
    ['actions[0].options', 'actions[1].option.speed'],
  ],
  'everything at once': [
    [
      { type: 'fly' },
      { type: 'talk', option: {} },
      { type: 'goto', option: { target_id: 'x', loop_count: -1 } },
    ],
    [
      'actions[0].type',
      'actions[1].option.text',
      'actions[2].option.loop_count',
      'actions[2].option.target_id',
    ],
  ],
};

test.each(Object.entries(wrong))(
  'a flow with %s is refused, every problem named, and not stored',
  async (_, [actions, paths]) => {
    const { status, body } = await system.api.post<Refusal>('/v1.0/flows', { name: 'wrong', actions });
    expect(status).toBe(400);
    expect(body.error.reason).toBe('INVALID_ARGUMENT');
    expect(body.error.details.map(({ path }) => path).sort()).toEqual([...paths].sort());
    const list = await system.api.get<{ result: unknown[] }>('/v1.0/flows');
    expect(list.body.result).toEqual([]);
  },
);
