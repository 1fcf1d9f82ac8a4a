import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { welcomeActions } from '../../../src/reception/welcome.ts';
import { catalogue } from '../../support/call-fixture.ts';

const check = (actions: unknown) => checkFlow(actions, catalogue);
const problems = (actions: unknown) => check(actions).problems.map(({ path }) => path);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a good flow', () => {
  test('has its ids filled in and its keys in order', () => {
    const {
      actions,
      problems: none,
      warnings,
    } = check([
      { type: 'talk', option: { text: 'hi' }, on_error_id: 'end', next_id: 'end', tm_execute: 'x' },
      { type: 'hangup', id: 'end' },
      { type: 'answer', id: '', next_id: zeroId, on_error_id: '' },
    ]);
    expect([none, warnings]).toEqual([[], []]);
    expect(actions).toEqual([
      {
        id: expect.stringMatching(uuid),
        next_id: 'end',
        type: 'talk',
        option: { text: 'hi' },
        on_error_id: 'end',
      },
      { id: 'end', next_id: zeroId, type: 'hangup' },
      { id: expect.stringMatching(uuid), next_id: zeroId, type: 'answer' },
    ]);
    expect(Object.keys(actions[0] ?? {})).toEqual(['id', 'next_id', 'type', 'option', 'on_error_id']);
  });

  test('is the same when it is sent back', () => {
    const { actions } = check([{ type: 'answer' }, { type: 'sleep', option: { duration: 5 } }]);
    expect(check(actions).actions).toEqual(actions);
  });

  test('keeps its options as written', () => {
    const option = { text: '${name}', language: '${language}' };
    expect(check([{ type: 'talk', option }]).actions[0]?.option).toEqual(option);
  });

  test('may be empty, and may be a thousand actions long', () => {
    expect(check([]).problems).toEqual([]);
    expect(check(Array.from({ length: 1_000 }, () => ({ type: 'answer' }))).problems).toEqual([]);
    expect(problems(Array.from({ length: 1_001 }, () => ({ type: 'answer' })))).toEqual(['actions']);
  });

  test('is the welcome flow', () => {
    expect(check(welcomeActions)).toMatchObject({ problems: [], warnings: [] });
  });
});

describe('what is wrong is named with its path', () => {
  test.each([null, undefined, {}, 'text', 7])('%j is no list of actions', (input) => {
    expect(check(input)).toEqual({
      actions: [],
      problems: [{ path: 'actions', message: 'expected an array of actions' }],
      warnings: [],
    });
  });

  test.each([
    ['an action that is none', [null], ['actions[0]']],
    ['a type that is missing', [{}], ['actions[0].type']],
    ['an unknown type', [{ type: 'nonsense' }], ['actions[0].type']],
    ['a type that every object has', [{ type: 'constructor' }], ['actions[0].type']],
    ['an unknown key', [{ type: 'answer', odd: 1 }], ['actions[0].odd']],
    ['an option that is none', [{ type: 'answer', option: 'x' }], ['actions[0].option']],
    ['an unknown option', [{ type: 'answer', option: { odd: 1 } }], ['actions[0].option.odd']],
    ['an option without its value', [{ type: 'talk' }], ['actions[0].option.text']],
    ['an id with a blank', [{ type: 'answer', id: 'a b' }], ['actions[0].id']],
    ['an id of 65 characters', [{ type: 'answer', id: 'x'.repeat(65) }], ['actions[0].id']],
    [
      'a duplicate id',
      [
        { type: 'answer', id: 'a' },
        { type: 'stop', id: 'a' },
      ],
      ['actions[1].id'],
    ],
    ['a reserved id', [{ type: 'answer', id: '00000000-0000-0000-0000-000000000001' }], ['actions[0].id']],
    ['next_id to nowhere', [{ type: 'answer', next_id: 'x' }], ['actions[0].next_id']],
    ['on_error_id to nowhere', [{ type: 'answer', on_error_id: 'x' }], ['actions[0].on_error_id']],
    [
      'a goto to nowhere',
      [{ type: 'goto', option: { target_id: 'x', loop_count: 1 } }],
      ['actions[0].option.target_id'],
    ],
    [
      'a goto without a target',
      [{ type: 'goto', option: { loop_count: 1 } }],
      ['actions[0].option.target_id'],
    ],
    [
      'a goto to itself',
      [{ id: 'a', type: 'goto', option: { target_id: 'a', loop_count: 1 } }],
      ['actions[0].option.target_id'],
    ],
    ['next_id to itself', [{ id: 'a', type: 'answer', next_id: 'a' }], ['actions[0].next_id']],
    [
      'branches to nowhere',
      [{ type: 'branch', option: { target_ids: { 1: 'x', '2.5': 'y' }, default_target_id: 'z' } }],
      [
        'actions[0].option.default_target_id',
        'actions[0].option.target_ids.1',
        'actions[0].option.target_ids.2.5',
      ],
    ],
  ] as const)('%s', (_, actions, paths) => {
    expect(problems(actions)).toEqual(paths);
  });

  test('a mistyped type or key with the one that was meant', () => {
    expect(check([{ type: 'anwser' }, { type: 'talk', optoin: {}, option: { txet: 'x' } }]).problems).toEqual(
      [
        { path: 'actions[1].optoin', message: 'unknown key, did you mean option?' },
        { path: 'actions[0].type', message: 'unknown action type "anwser", did you mean answer?' },
      ],
    );
  });

  test('all at once', () => {
    expect(
      problems([
        { type: 'nonsense' },
        { type: 'talk', option: { text: '', odd: 1 }, next_id: 'x' },
        { type: 'answer', id: '?' },
        { type: 'sleep', option: { duration: -1 } },
      ]),
    ).toEqual([
      'actions[2].id', // envelopes first
      'actions[0].type',
      'actions[1].option.text',
      'actions[1].option.odd',
      'actions[1].next_id',
      'actions[3].option.duration',
    ]);
  });

  test('and nothing that is not: an action with another problem is still a target', () => {
    expect(
      problems([
        { type: 'goto', option: { target_id: 'there', loop_count: 1 } },
        { type: 'answer', id: 'there', odd: 1 },
      ]),
    ).toEqual(['actions[1].odd']);
  });

  test('inside another list', () => {
    expect(checkFlow([{ type: 'x' }], catalogue, 'actions[3].option.actions').problems).toMatchObject([
      { path: 'actions[3].option.actions[0].type' },
    ]);
  });

  test('without repeating megabytes of it', () => {
    const { problems: found } = check([
      { type: 'x'.repeat(1_000_000) },
      { type: 'answer', next_id: 'y'.repeat(60) },
    ]);
    for (const { message } of found) expect(message.length).toBeLessThan(200);
  });
});

describe('targets', () => {
  test('may be a placeholder, which is checked when it runs', () => {
    expect(problems([{ type: 'goto', option: { target_id: '${where}', loop_count: 1 } }])).toEqual([]);
    expect(problems([{ type: 'branch', option: { target_ids: { '4.2': '${where}' } } }])).toEqual([]);
  });

  test('may be none: empty or zero', () => {
    expect(
      problems([{ type: 'branch', option: { default_target_id: '', target_ids: { 1: zeroId } } }]),
    ).toEqual([]);
  });
});

test('a goto that always jumps is allowed, with a warning', () => {
  const found = check([
    { id: 'a', type: 'answer' },
    { type: 'goto', option: { target_id: 'a' } },
  ]);
  expect(found.problems).toEqual([]);
  expect(found.warnings).toEqual([
    { path: 'actions[1].option.loop_count', message: expect.stringContaining('loop guard') },
  ]);
});

describe('hostile input', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('the key %s is refused or dropped', (key) => {
    for (const text of [
      `[{"type": "answer", "${key}": {"polluted": 1}}]`,
      `[{"type": "answer", "option": {"${key}": {"polluted": 1}}}]`,
    ]) {
      const found = check(JSON.parse(text));
      expect(found.problems.length > 0 || !JSON.stringify(found.actions).includes('polluted')).toBe(true);
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test.each([
    [
      'a thousand levels deep',
      `[{"type": "answer", "option": ${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}}]`,
    ],
    ['a number beyond all numbers', '[{"type": "sleep", "option": {"duration": 1e309}}]'],
    ['half a character as an id', '[{"type": "answer", "id": "\\ud800"}]'],
    ['a megabyte of text', `[{"type": "talk", "option": {"text": "${'x'.repeat(1_000_000)}"}}]`],
    ['NUL in an id', '[{"type": "answer", "id": "a\\u0000"}]'],
    ['a list of lists', '[[[]]]'],
  ])('%s is a problem, not a failure', (_, text) => {
    expect(problems(JSON.parse(text))).toHaveLength(1);
  });

  test('whatever it is, checking does not fail, and what passes is as it is stored', () => {
    const word = fc.constantFrom('', 'a', 'b', zeroId, '${x}', 'talk', '__proto__');
    const option = fc.dictionary(
      fc.constantFrom('text', 'duration', 'target_id', 'odd'),
      fc.oneof(word, fc.jsonValue()),
    );
    const one = fc.record(
      {
        type: fc.oneof(fc.constantFrom(...catalogue.keys()), fc.jsonValue()),
        id: word,
        next_id: word,
        on_error_id: word,
        option: fc.oneof(option, fc.jsonValue()),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(one, fc.jsonValue()), { maxLength: 5 }), (input) => {
        const found = check(input);
        if (found.problems.length > 0) return;
        expect(found.actions).toHaveLength(input.length);
        expect(check(found.actions)).toEqual(found);
      }),
    );
  });
});
