import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogLines } from '../../../src/core/log-lines.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

let clock: VirtualClock;
let writes: string[];
let lines: LogLines;

beforeEach(() => {
  clock = new VirtualClock();
  writes = [];
  lines = new LogLines((text) => writes.push(text));
});
afterEach(() => clock[Symbol.dispose]());

test('a line is written at once, and those that follow it closely in one go', async () => {
  for (const line of ['1 ', '2 ', '3 ']) lines.write(line);
  expect(writes).toEqual(['1 ']);
  await clock.pass(50);
  expect(writes).toEqual(['1 ', '2 3 ']);
  await clock.pass(50);
  lines.write('4 ');
  expect(writes).toEqual(['1 ', '2 3 ', '4 ']);
  expect(clock.waiting).toBe(0);
});

test('an error waits for nothing, and takes with it what came before', () => {
  for (const line of ['1 ', '2 ']) lines.write(line);
  lines.lastLevel = 50;
  lines.write('error ');
  expect(writes).toEqual(['1 ', '2 error ']);
  expect(clock.waiting).toBe(0);
});

test('more than 16 KiB wait for nothing', () => {
  lines.write('1 ');
  lines.write('x'.repeat(16_384));
  expect(writes).toHaveLength(2);
});
