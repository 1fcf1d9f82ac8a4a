import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const asks = (status: string) => ({
  type: 'condition_call_status',
  option: { status, false_target_id: 'else' },
});

test.each([
  [[], 'ringing', 'next'],
  [[], 'progressing', 'else'],
  [[{ type: 'answer' }], 'progressing', 'next'],
  [[{ type: 'answer' }], 'ringing', 'else'],
] as const)('after %j the status is %s: %s', async (before, status, where) => {
  const given = givenCall();
  const flow = given.run(...before, asks(status), { id: 'next', ...longSleep }, { id: 'else', ...longSleep });
  await pass();
  expect(flow.at).toBe(where);
  given.hangup();
  await flow.done;
});

test('without a call nothing is its status', async () => {
  const given = givenCall();
  const { actions } = checkFlow(
    [
      asks('ringing'),
      { type: 'stop' },
      { id: 'else', type: 'variable_set', option: { key: 'was', value: 'else' } },
    ],
    catalogue,
  );
  const { variables } = given.activeflows.start({ id: '', actions });
  await pass();
  expect(variables.get('was')).toBe('else');
  given.hangup();
  await pass();
});

test('works, with a warning; another status is refused', () => {
  const { problems, warnings } = checkFlow(
    [{ type: 'condition_call_status', option: { status: 'hangup' } }],
    catalogue,
  );
  expect(problems).toEqual([]);
  expect(warnings).toEqual([{ path: 'actions[0].option', message: expect.stringContaining('deprecated') }]);
  const refused = checkFlow([{ type: 'condition_call_status', option: { status: 'up' } }], catalogue);
  expect(refused.problems).toMatchObject([{ path: 'actions[0].option.status' }]);
});
