import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DigitBuffer } from '../../../src/calls/dtmf.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const { signal } = new AbortController();

function given(typed = ''): DigitBuffer {
  const digits = new DigitBuffer();
  for (const digit of typed) digits.push(digit);
  return digits;
}

async function all(digits: DigitBuffer): Promise<string> {
  let taken = '';
  for (;;) {
    const digit = await digits.take(0, signal);
    if (digit === undefined) return taken;
    taken += digit;
  }
}

test('keeps the digits in order', async () => {
  expect(await all(given('12#*AD'))).toBe('12#*AD');
});

test('keeps the first 256 and drops the others', async () => {
  const typed = Array.from({ length: 300 }, (_, index) => String(index % 10)).join('');
  const digits = given(typed);
  expect(await all(digits)).toBe(typed.slice(0, 256));
  digits.push('7');
  expect(await all(digits)).toBe('7');
});

test('waits for a digit, as long as it is told to', async () => {
  const digits = given();
  const waiting = digits.take(1_000, signal);
  await vi.advanceTimersByTimeAsync(999);
  digits.push('5');
  expect(await waiting).toBe('5');
  expect(digits.listening).toBe(0);
  const inVain = digits.take(1_000, signal);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await inVain).toBeUndefined();
});

test('two digits at once while waiting: the second stays', async () => {
  const digits = given();
  const waiting = digits.take(1_000, signal);
  digits.push('1');
  digits.push('2');
  expect(await waiting).toBe('1');
  expect(await all(digits)).toBe('2');
});

test('a wait ends with its signal, and takes nothing then', async () => {
  const digits = given();
  const abort = new AbortController();
  const waiting = digits.take(1_000, abort.signal);
  abort.abort(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
  digits.push('1');
  await expect(digits.take(0, abort.signal)).rejects.toThrow('over');
  expect(await all(digits)).toBe('1');
});

test('can be emptied', async () => {
  const digits = given('123');
  digits.clear();
  expect(await all(digits)).toBe('');
});

test('a barge-in is the next digit, which stays', async () => {
  const digits = given();
  using skip = digits.bargeIn();
  expect(skip.signal.aborted).toBe(false);
  digits.push('2');
  expect(skip.signal.aborted).toBe(true);
  expect(await all(digits)).toBe('2');
});

test('a digit that waits is a barge-in until it is taken', async () => {
  const digits = given('1');
  using early = digits.bargeIn();
  expect(early.signal.aborted).toBe(true);
  expect(await all(digits)).toBe('1');
  using late = digits.bargeIn();
  expect(late.signal.aborted).toBe(false);
});

test('a barge-in that is over hears nothing', () => {
  const digits = given();
  const skip = digits.bargeIn();
  skip[Symbol.dispose]();
  digits.push('1');
  expect(skip.signal.aborted).toBe(false);
});

test('also a digit that is dropped skips', () => {
  const digits = given('1'.repeat(256));
  using skip = digits.bargeIn();
  digits.push('2');
  expect(skip.signal.aborted).toBe(true);
});

test('what is pressed while that is for the flow alone is known as such, from wherever it is taken, also over a kill', async () => {
  const digits = given('1');
  const [one, other] = [digits.hide(), digits.hide()];
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  expect(digits.isHiding).toBe(true);
  digits.push('2');
  other[Symbol.dispose]();
  expect(digits.isHiding).toBe(false);
  digits.push('3');
  expect([digits.kept, digits.hidden]).toEqual(['123', '010']);
  const again = given();
  again.giveBack(digits.kept, digits.hidden);
  for (const [digit, isHidden] of [
    ['1', false],
    ['2', true],
    ['3', false],
  ])
    expect([await again.take(0, signal), again.tookHidden]).toEqual([digit, isHidden]);
});

test('a key that completes what was complete already belongs to that, if it comes next and in time', () => {
  const digits = given();
  using skip = digits.bargeIn();
  digits.dropNext('#', 3_000);
  digits.push('#');
  expect([digits.kept, skip.signal.aborted]).toEqual(['', false]);
  digits.push('#');
  expect([digits.kept, skip.signal.aborted]).toEqual(['#', true]);
  digits.clear();
  digits.dropNext('#', 3_000);
  digits.push('1');
  digits.push('#');
  expect(digits.kept).toBe('1#');
  digits.clear();
  digits.dropNext('#', 3_000);
  vi.advanceTimersByTime(3_001);
  digits.push('#');
  expect(digits.kept).toBe('#');
  digits.dropNext('#', 3_000);
  expect(digits.kept).toBe('');
  digits.push('#');
  digits.dropNext('', 3_000);
  expect(digits.kept).toBe('#');
});
