import { expect, test } from 'vitest';
import { Diary } from '../../../src/calls/diary.ts';
import type { Entry, TraceRecord } from '../../../src/calls/diary-entry.ts';

function given() {
  const pages = new Map<string, TraceRecord>();
  const diary = new Diary('call', (page) => pages.set(page.id, structuredClone(page)));
  return { diary, pages, entries: () => [...pages.values().flatMap(({ entries }) => entries)] };
}

const entry = (step: number, end?: number): Entry => ({ kind: 'action', at: step, end, what: 'beep', step });

test('what has no room in the state of the call goes to pages, in order, and what is under way stays', () => {
  const { diary, entries } = given();
  diary.note(entry(0));
  for (let step = 1; step <= 200; step++) diary.note(entry(step, step));
  const kept = diary.state?.entries ?? [];
  expect(kept.length).toBeLessThanOrEqual(60);
  expect(kept[0]).toMatchObject({ step: 0, end: undefined });
  const all = [...entries(), ...kept].map(({ step }) => step);
  expect(all.toSorted((one, other) => one! - other!)).toEqual(Array.from({ length: 201 }, (_, step) => step));
  expect(diary.state?.isCut).toBeUndefined();
});

test('however long a call is, its diary ends somewhere, and says so', () => {
  const { diary, entries } = given();
  for (let step = 1; step <= 20_000; step++) diary.note(entry(step, step));
  expect(JSON.stringify(entries()).length).toBeLessThan(262_144 * 1.2);
  expect(diary.state).toMatchObject({ isCut: true });
  expect(diary.state?.entries.at(-1)?.step).toBe(20_000);
  for (let step = 1; step <= 1_000; step++) diary.note(entry(step));
  expect(diary.state?.entries.length).toBeLessThanOrEqual(60);
});

test('nothing of a trace is kept of a call that is not traced', () => {
  const { diary, pages } = given();
  diary.tell(entry(1, 1));
  diary.pressed('1', false);
  expect(pages.size).toBe(0);
  expect(diary.state).toBeUndefined();
});

test('a trace fills page after page, each in its latest form, up to a bound', () => {
  const { diary, pages, entries } = given();
  diary.trace({ isTraced: true });
  const told = (step: number): Entry => ({ ...entry(step, step), data: { text: 'x'.repeat(1_000) } });
  for (let step = 1; step <= 40; step++) diary.tell(told(step));
  expect(pages.size).toBeGreaterThan(2);
  expect(entries().map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  for (const page of pages.values()) expect(JSON.stringify(page.entries).length).toBeLessThan(20_000);
  for (let step = 41; step <= 400; step++) diary.tell(told(step));
  expect(diary.state).toMatchObject({ hasTrace: true, isCut: true });
  expect(JSON.stringify(entries()).length).toBeLessThan(262_144 * 1.1);
});

test('of digits that are for the flow alone not even the number is told', () => {
  const { diary, entries } = given();
  diary.trace({ isTraced: true });
  for (const digit of '123') diary.pressed(digit, true);
  diary.pressed('4', false);
  for (const digit of '56') diary.pressed(digit, true);
  expect(entries().map(({ what }) => what)).toEqual(['***', '4', '***']);
});

test('holds and orders last until they are taken back', () => {
  const { diary } = given();
  diary.changed({ hold: true });
  diary.changed({ moh: 'default' });
  diary.changed({ mute: 'in' });
  diary.changed({ mute: 'both' });
  diary.changed({ hold: false });
  diary.changed({ mute: '' });
  const kept = diary.state?.entries.map(({ what, end, data }) => [what, end !== undefined, data?.value]);
  expect(kept).toEqual([
    ['hold', true, undefined],
    ['moh', false, 'default'],
    ['mute', true, 'in'],
    ['mute', true, 'both'],
  ]);
});

test('it goes on from what was written, and never says more than it may', () => {
  const before = given();
  before.diary.trace({ isTraced: true });
  before.diary.note(entry(1));
  for (let step = 1; step <= 400; step++)
    before.diary.tell({ ...entry(step), data: { text: 'x'.repeat(1_000) } });
  const { diary, pages } = given();
  diary.goOn(structuredClone(before.diary.state!));
  diary.trace({ isTraced: true });
  expect(diary.open('action', ({ step }) => step === 1)).toMatchObject({ at: 1 });
  diary.tell(entry(2, 2));
  expect(pages.size).toBe(0);
  expect(diary.state).toMatchObject({ isCut: true, hasTrace: true });
});
