import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['1234', { length: 4 }, 'next'],
  ['12345', { length: 4 }, 'else'],
  ['123', { length: 4 }, 'else'],
  ['1234', { key: '1234' }, 'next'],
  ['12345', { key: '1234' }, 'else'],
  ['1234', { length: 4, key: '1234' }, 'next'],
  ['1234', { length: 5, key: '1234' }, 'else'],
  ['4321', { length: 4, key: '1234' }, 'else'],
  ['', { length: 0, key: '' }, 'next'],
  ['', { length: 1 }, 'else'],
  ['9', {}, 'next'],
] as const)('digits %j and %j: %s', async (digits, option, where) => {
  const given = givenCall();
  const flow = given.run(
    { type: 'digits_receive', option: { length: 0, duration: 1_000 } },
    { type: 'condition_call_digits', option: { ...option, false_target_id: 'else' } },
    { id: 'next', ...longSleep },
    { id: 'else', ...longSleep },
  );
  given.press(digits);
  await pass(1_000);
  expect(flow.at).toBe(where);
  given.hangup();
  await flow.done;
});

test('leaves digits typed ahead where they are', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'condition_call_digits', option: { length: 1, false_target_id: 'else' } },
    { id: 'else', type: 'digits_receive' },
    longSleep,
  );
  given.press('7');
  await pass();
  expect(flow.variable('voipbin.call.digits')).toBe('7');
  given.hangup();
  await flow.done;
});

test('works, with a warning', () => {
  const { problems, warnings } = checkFlow([{ type: 'condition_call_digits' }], catalogue);
  expect(problems).toEqual([]);
  expect(warnings).toEqual([{ path: 'actions[0].option', message: expect.stringContaining('deprecated') }]);
});
