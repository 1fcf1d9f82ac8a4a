import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const schedule_id = '5c1c0d52-8f0f-4f77-9d2a-0f6f5c7f3a10';

async function decided(open: boolean | undefined, option: Readonly<Record<string, unknown>>) {
  const given = givenCall();
  if (open !== undefined)
    given.schedules.set(schedule_id, { open, reason: 'exception', exception: 'Christmas' });
  const flow = given.run(
    { id: 'it', type: 'condition_schedule', option: { schedule_id, ...option } },
    { id: 'after', ...longSleep },
    { id: 'open', ...longSleep },
    { id: 'closed', ...longSleep },
  );
  await pass();
  const names = ['result', 'reason', 'exception'].map((name) => flow.variable(`voipbin.schedule.${name}`));
  const { at } = flow;
  given.hangup();
  await flow.done;
  return { at, said: names.join(), failures: given.failures };
}

test.each([
  [true, { open_target_id: 'open', closed_target_id: 'closed' }, 'open', 'open,exception,Christmas'],
  [false, { open_target_id: 'open', closed_target_id: 'closed' }, 'closed', 'closed,exception,Christmas'],
  [true, { closed_target_id: 'closed' }, 'after', 'open,exception,Christmas'],
  [false, { open_target_id: 'open' }, 'after', 'closed,exception,Christmas'],
])('open is %s, with %o: %s', async (open, option, at, said) => {
  expect(await decided(open, option)).toEqual({ at, said, failures: [] });
});

test('fails where there is no such schedule', async () => {
  expect(await decided(undefined, { closed_target_id: 'closed' })).toMatchObject({
    at: 'after',
    failures: ['NOT_FOUND'],
  });
});

test('answers nobody', async () => {
  const given = givenCall();
  given.schedules.set(schedule_id, { open: true, reason: 'period', exception: '' });
  const flow = given.runOne('condition_schedule', { schedule_id, closed_target_id: 'after' });
  await pass();
  expect(given.call.isUp).toBe(false);
  given.hangup();
  await flow.done;
});

test('without a target decides nothing, which is told; with itself as one, or none that is there, is refused', () => {
  const checked = (option: object) =>
    checkFlow([{ id: 'a', type: 'condition_schedule', option: { schedule_id, ...option } }], catalogue);
  expect(checked({}).warnings.map(({ path }) => path)).toEqual(['actions[0].option.closed_target_id']);
  expect(checked({ open_target_id: '${where}' }).warnings).toEqual([]);
  expect(checked({ closed_target_id: 'b' }).problems.map(({ path }) => path)).toEqual([
    'actions[0].option.closed_target_id',
  ]);
  expect(checked({ schedule_id: 'x' }).problems.map(({ path }) => path)).toEqual([
    'actions[0].option.schedule_id',
  ]);
});
