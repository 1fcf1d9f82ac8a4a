import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';
import { decided } from '../../support/decision.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const decide = (value: string, option: Readonly<Record<string, unknown>>) =>
  decided('condition_variable', { variable: 'v', ...option }, { v: value });
const as = (type: string, condition: string, value: unknown) => ({
  condition,
  value_type: type,
  [`value_${type}`]: value,
});

describe('as a string', () => {
  test.each([
    ['abc', '==', 'abc', true],
    ['abc', '==', 'ABC', false],
    ['abc', '!=', 'abd', true],
    ['10', '<', '9', true],
    ['b', '>', 'abc', true],
    ['ab', '>', 'a', true],
    ['', '<', 'a', true],
    ['', '==', '', true],
    ['a', '>=', 'a', true],
    ['a', '<=', 'a', true],
    ['\u{1F600}', '>', '\uFFFD', true],
    ['a\u{1F600}', '<', 'a\u{1F601}', true],
  ] as const)('%j %s %j is %j', async (value, condition, other, is) => {
    expect(await decide(value, as('string', condition, other))).toBe(is ? 'next' : 'else');
  });

  test('orders by code point, whatever the texts', async () => {
    const points = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);
    const before = (a: readonly number[], b: readonly number[]): boolean => {
      const index = a.findIndex((point, at) => point !== b[at]);
      if (index < 0) return a.length < b.length;
      return index >= b.length ? false : (a[index] ?? 0) < (b[index] ?? 0);
    };
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(text, text, async (a, b) => {
        const is = before(points(a), points(b));
        expect(await decide(a, as('string', '<', b))).toBe(is ? 'next' : 'else');
      }),
      { numRuns: 50 },
    );
  });
});

describe('as a number', () => {
  test.each([
    ['10', '>', 9, true],
    ['9.5', '<', 10, true],
    ['16777217', '==', 16_777_216, false],
    ['9007199254740991', '==', 9_007_199_254_740_991, true],
    [' 7 ', '==', 7, true],
    ['1e3', '==', 1_000, true],
    ['-0', '==', 0, true],
    ['+5', '>=', 5, true],
    ['1e400', '>', 1, true],
    ['5', '<=', 4.5, false],
  ] as const)('%j %s %d is %j', async (value, condition, other, is) => {
    expect(await decide(value, as('number', condition, other))).toBe(is ? 'next' : 'else');
  });

  test.each(['', ' ', 'x', '1,5', '0x10', 'NaN', 'Infinity', '1 2', '٣', '--1'])(
    '%j is none, and nothing is true of it',
    async (value) => {
      for (const condition of ['==', '!=', '<', '>='])
        expect(await decide(value, as('number', condition, 0))).toBe('else');
    },
  );
});

describe('by length', () => {
  test.each([
    ['', '==', 0, true],
    ['äöü', '==', 3, true],
    ['\u{1F600}', '==', 1, true],
    ['1234', '>=', 4, true],
    ['123', '>', 3, false],
  ] as const)('%j %s %d characters is %j', async (value, condition, other, is) => {
    expect(await decide(value, as('length', condition, other))).toBe(is ? 'next' : 'else');
  });
});

describe('the variable', () => {
  test('that nobody has set is empty', async () => {
    expect(await decide('x', { variable: 'unknown', ...as('string', '==', '') })).toBe('next');
  });

  test('with a placeholder is text, and what that says is no name', async () => {
    expect(await decide('v', { variable: '${v}', ...as('string', '==', 'v') })).toBe('next');
    expect(await decide('v', { variable: '<${v}>', ...as('string', '==', '<v>') })).toBe('next');
  });

  test('may be a header of the INVITE', async () => {
    const given = givenCall({ headers: { 'X-Tier': 'gold' } });
    const variable = 'voipbin.call.sip.header.X-Tier';
    const option = { variable, ...as('string', '==', 'gold'), false_target_id: 'else' };
    const flow = given.run(
      { type: 'condition_variable', option },
      { id: 'next', ...longSleep },
      { id: 'else', ...longSleep },
    );
    await pass();
    expect(flow.at).toBe('next');
    given.hangup();
    await flow.done;
  });

  test('is compared with what a placeholder says, also as a number', async () => {
    expect(await decide('7', { variable: 'v', ...as('number', '==', '${v}') })).toBe('next');
    expect(await decide('x', { variable: 'v', ...as('number', '==', '${v}') })).toBe('INVALID_OPTION');
  });
});

test('without a target is allowed, with a warning', async () => {
  const option = { variable: 'v', ...as('string', '==', 'a') };
  const { problems, warnings } = checkFlow([{ type: 'condition_variable', option }], catalogue);
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([{ path: 'actions[0].option.false_target_id' }]);
});

test.each([
  [{ condition: '=', variable: 'v' }, 'condition'],
  [{ condition: '==', variable: 'v', value_type: 'text' }, 'value_type'],
  [{ condition: '==', variable: 'v', value_number: '7' }, 'value_number'],
  [{ condition: '==', variable: 'v', value_length: -1 }, 'value_length'],
  [{ variable: 'v' }, 'condition'],
  [{ condition: '==' }, 'variable'],
])('%j is refused', (option, path) => {
  const { problems } = checkFlow([{ type: 'condition_variable', option }], catalogue);
  expect(problems.map((problem) => problem.path)).toEqual([`actions[0].option.${path}`]);
});
