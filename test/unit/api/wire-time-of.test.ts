import { expect, test } from 'vitest';
import { wireTimeOf } from '../../../src/api/wire-time-of.ts';

test.each([
  ['2022-04-11 00:23:54', '2022-04-11 00:23:54.000000'],
  ['2022-04-11T00:23:54.123456789+02:00', '2022-04-10 22:23:54.123456'],
  ['2024-02-29', '2024-02-29 00:00:00.000000'],
  ['0001-01-01', '0001-01-01 00:00:00.000000'],
  ['9999-12-31T23:59:59Z', '9999-12-31 23:59:59.000000'],
])('%s is a time', (text, time) => expect(wireTimeOf(text)).toBe(time));

test.each([
  ...['', 'yesterday', '2022-4-11', '2022-04-11 25:00:00', '2022-04-11T00:23:54+99:00', '1649636634'],
  // A day that there is not is none of the next month.
  ...['2022-02-30', '2023-02-29', '2022-04-31 10:00:00', '2022-13-01', '2022-00-10'],
  // In UTC these are of the years -1 and 10000, which no text of four digits has.
  ...['0000-01-01T00:00:00+05:00', '9999-12-31T23:59:59-05:00'],
])('%s is none', (text) => expect(wireTimeOf(text)).toBeUndefined());
