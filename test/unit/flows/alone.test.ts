import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { Position } from '../../../src/flows/position.ts';
import type { ActionJson } from '../../../src/ports/action-json.ts';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('activeflows without a call are counted while they run, but not those of calls and those that come after another', async () => {
  const given = givenCall();
  given.run(longSleep);
  const sleep: ActionJson = { id: 'a', next_id: zeroId, ...longSleep };
  for (const _ of [1, 2]) given.activeflows.start({ id: zeroId, actions: [sleep] });
  given.activeflows.start({ id: zeroId, actions: [sleep] }, { completes: 'before' });
  expect(given.activeflows.alone).toBe(2);
  expect(given.activeflows.size).toBe(4);
  await pass(); // without a call nothing sleeps
  expect(given.activeflows.alone).toBe(0);
  expect(given.activeflows.size).toBe(1);
  given.hangup();
  await pass();
  given.expectNothingLeft();
});

test('lists in one another that are over a megabyte together are one too many, and what was left is forgotten', () => {
  const large = (id: string): ActionJson[] => [
    { id, next_id: zeroId, type: 'test', option: { text: 'x'.repeat(250_000) } },
    { id: `${id}-end`, next_id: zeroId, type: 'test' },
  ];
  const position = new Position(large('main'));
  for (const id of ['1', '2', '3', '4'])
    expect(position.move({ go: 'into', actions: large(id) })).toBeUndefined();
  expect(position.move({ go: 'into', actions: large('5') })).toMatchObject({ code: 'INVALID_TARGET' });
  expect(position.action?.id).toBe('4');
  for (const _ of [1, 2, 3]) expect(position.move({ go: 'next' })).toBeUndefined();
  expect(position.move({ go: 'into', actions: large('5') })).toBeUndefined();
  expect(JSON.stringify(position.state()).length).toBeLessThan(1_100_000);
});
