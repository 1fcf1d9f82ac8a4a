import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('ends the flow, and the call that is left without one', async () => {
  const given = givenCall();
  const flow = given.run(
    { type: 'answer' },
    { type: 'stop' },
    { type: 'variable_set', option: { key: 'x', value: 'run' } },
  );
  await flow.done;
  expect(flow.variable('x')).toBe('');
  expect(await given.channel.ended.promise).toEqual({ by: 'them', cause: 16 });
  expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'normal' }]);
  given.expectNothingLeft();
});
