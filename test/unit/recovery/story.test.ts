import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TraceRecord } from '../../../src/calls/diary-entry.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what a call has met goes on where it was when its daemon died', async () => {
  const given = givenCall();
  given.run(
    { id: 'answer', type: 'answer' },
    { id: 'keys', type: 'digits_receive', option: { length: 2 } },
    { id: 'rest', type: 'sleep', option: { duration: 1_000 } },
  );
  await pass();
  given.press('1');
  const before = given.call.diary.state?.entries.map(({ id, end }) => [id, end === undefined]);
  expect(before).toEqual([
    ['answer', false],
    ['keys', true],
  ]);
  const began = given.call.diary.state?.entries[1]?.at;
  const life = await given.restart({ later: 500 });
  life.press('2');
  await pass();
  const after = life.call.diary.state?.entries ?? [];
  expect(after.map(({ id }) => id)).toEqual(['answer', 'keys', 'rest']);
  expect(after[1]).toMatchObject({ at: began, step: 2, data: { next: 'next' } });
  expect(after[1]!.end! - began!).toBeGreaterThan(400_000);
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
});

test('a trace goes on as well, on a new page', async () => {
  const given = givenCall();
  const actions = [{ id: 'keys', type: 'digits_receive', option: { length: 3 } }];
  given.runUnchecked(checkFlow(actions, catalogue).actions, { trace: true });
  await pass();
  given.press('1');
  expect(pressed(given.pages)).toEqual(['1']);
  const life = await given.restart({ later: 500 });
  life.press('23');
  await pass();
  expect(pressed(life.pages)).toEqual(['2', '3']);
  expect(life.pages.keys().next().value).not.toBe(given.pages.keys().next().value);
  expect(life.call.diary.state).toMatchObject({ hasTrace: true });
  expect(life.call.diary.isTraced).toBe(true);
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
});

function pressed(pages: ReadonlyMap<string, TraceRecord>): string[] {
  const entries = pages.values().flatMap((page) => page.entries);
  return [...entries.filter(({ kind }) => kind === 'digit').map(({ what }) => what)];
}
