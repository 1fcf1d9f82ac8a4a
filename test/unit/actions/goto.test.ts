import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const mark = { id: 'mark', type: 'variable_set', option: { key: 'trace', value: '${trace}.' } };

test.each([0, 1, 3, 50])('jumps exactly %d times, then falls through', async (loop_count) => {
  const given = givenCall();
  const flow = given.run(mark, { type: 'goto', option: { target_id: 'mark', loop_count } });
  await flow.done;
  expect(flow.variable('trace')).toHaveLength(loop_count + 1);
  expect(given.failures).toEqual([]);
});

test('without a count jumps until the loop guard ends the flow', async () => {
  const given = givenCall();
  const flow = given.run(mark, { type: 'goto', option: { target_id: 'mark' } });
  await flow.done;
  expect(given.failures).toEqual(['loop_detected']);
  expect(flow.variable('trace')).toHaveLength(250);
});

test('jumps forward too, past what is between', async () => {
  const given = givenCall();
  const flow = given.run({ type: 'goto', option: { target_id: 'end', loop_count: 1 } }, mark, {
    id: 'end',
    type: 'stop',
  });
  await flow.done;
  expect(flow.variable('trace')).toBe('');
});

test('takes its count from a placeholder', async () => {
  const given = givenCall();
  const flow = given.run({ type: 'variable_set', option: { key: 'count', value: '2' } }, mark, {
    type: 'goto',
    option: { target_id: 'mark', loop_count: '${count}' },
  });
  await flow.done;
  expect(flow.variable('trace')).toBe('...');
});

test('into a call that was hung up jumps no more', async () => {
  const given = givenCall();
  const flow = given.run(
    { id: 'wait', type: 'sleep', option: { duration: 10 } },
    { type: 'goto', option: { target_id: 'wait' } },
  );
  await pass(55);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
