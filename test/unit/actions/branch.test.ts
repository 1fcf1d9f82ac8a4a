import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Where a branch goes for a value of `choice`. */
async function branched(value: string, option: Readonly<Record<string, unknown>>): Promise<string> {
  const given = givenCall();
  const flow = given.run(
    { type: 'variable_set', option: { key: 'choice', value } },
    { type: 'branch', option },
    { id: 'next', ...longSleep },
    { id: 'one', ...longSleep },
    { id: 'two', ...longSleep },
  );
  await pass();
  const { at } = flow;
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  return at;
}

describe('goes', () => {
  const variable = 'choice';

  test.each([
    ['to the target of the value', '1', { target_ids: { 1: 'one', 2: 'two' } }, 'one'],
    ['to the default target otherwise', '3', { target_ids: { 1: 'one' }, default_target_id: 'two' }, 'two'],
    ['on where there is none', '3', { target_ids: { 1: 'one' } }, 'next'],
    ['on without any target', '1', {}, 'next'],
    ['to the target of nothing, for nothing', '', { target_ids: { '': 'one' } }, 'one'],
    [
      'to the default where the target of the value is empty',
      '1',
      { target_ids: { 1: '' }, default_target_id: 'two' },
      'two',
    ],
    ['nowhere that every object has', 'constructor', { target_ids: { 1: 'one' } }, 'next'],
    ['by the whole value, not a part of it', '12', { target_ids: { 1: 'one' } }, 'next'],
    ['by values with dots and blanks', 'New York 4.2', { target_ids: { 'New York 4.2': 'one' } }, 'one'],
  ] as const)('%s', async (_, value, option, where) => {
    expect(await branched(value, { variable, ...option })).toBe(where);
  });

  test('where a placeholder says', async () => {
    expect(await branched('two', { variable, target_ids: { two: '${choice}' } })).toBe('two');
  });
});

test.each([undefined, ''])('reads the digits where `variable` is %j', async (variable) => {
  const given = givenCall();
  const flow = given.run(
    { type: 'digits_receive' },
    { type: 'branch', option: { ...(variable === undefined ? {} : { variable }), target_ids: { 7: 'one' } } },
    { id: 'next', ...longSleep },
    { id: 'one', ...longSleep },
  );
  given.press('7');
  await pass();
  expect(flow.at).toBe('one');
  given.hangup();
  await flow.done;
});
