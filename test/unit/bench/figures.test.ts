import { describe, expect, test } from 'vitest';
import { highestRate } from '../../bench/compare/highest-rate.ts';
import { readOptions } from '../../bench/compare/options.ts';
import { cpuOfCall, markdownOf, mediansOf, ratioOf, type Sample } from '../../bench/compare/report.ts';
import { median, percentile } from '../../bench/compare/statistics.ts';

test('a median is the middle, or the mean of the two there; of nothing there is none', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('a percentile lies between two figures where it meets none', () => {
  const figures = Array.from({ length: 101 }, (_, at) => 100 - at);
  expect(percentile(figures, 99)).toBe(99);
  expect(percentile(figures, 100)).toBe(100);
  expect(percentile([0, 10], 99)).toBeCloseTo(9.9);
});

describe('the highest rate', () => {
  const search = async (limit: number, from: number, most?: number) => {
    const tried: number[] = [];
    const found = await highestRate(
      async (rate) => {
        tried.push(rate);
        return rate <= limit;
      },
      { from, ...(most !== undefined && { most }) },
    );
    return { found, tried };
  };

  test.each([37, 200, 263, 299, 340, 1_100])(
    'is found from below and from above, to a twentieth: %d',
    async (limit) => {
      for (const from of [100, 200, 400]) {
        const { found, tried } = await search(limit, from);
        expect(found).toBeLessThanOrEqual(limit);
        expect(found).toBeGreaterThanOrEqual(Math.floor(limit / 1.05) - 1);
        expect(new Set(tried).size).toBe(tried.length);
        expect(tried.length).toBeLessThan(16);
      }
    },
  );

  test('is 0 where none is carried, and the most that may be tried where all are', async () => {
    expect((await search(0, 200)).found).toBe(0);
    expect((await search(9_999, 200, 500)).found).toBe(500);
  });
});

const sample = (part: Sample['part'], cpu: number, failed = 0): Sample => ({
  table: 'beep at 100/s',
  part,
  figures: { ...(part !== 'dialplan' && { [cpuOfCall]: cpu }), 'Asterisk, ms': 3, failed },
});

const samples = [
  ...[sample('dialplan', 0), sample('bare', 1), sample('daemon', 4)],
  ...[sample('dialplan', 0), sample('bare', 1.2, 1), sample('daemon', 3, 2)],
  ...[sample('dialplan', 0), sample('bare', 0.8), sample('daemon', 9, 1)],
];

test('of several rounds the medians are told, and every failure', () => {
  const parts = mediansOf(samples).get('beep at 100/s');
  expect(parts?.get('daemon')).toEqual({ [cpuOfCall]: 4, 'Asterisk, ms': 3, failed: 3 });
  expect(parts?.get('bare')).toMatchObject({ [cpuOfCall]: 1, failed: 1 });
});

test('the ratio is that of the daemon to the bare client; there is none where one of them was left out', () => {
  expect(ratioOf(samples)).toBe(4);
  expect(ratioOf(samples.filter(({ part }) => part !== 'bare'))).toBeNaN();
});

test('a table has a row for each part, ratios to the bare client, and a dash for what a part has not', () => {
  const text = markdownOf({ machine: { processors: '2' }, command: 'npm run bench', samples });
  expect(text).toContain('| beep at 100/s | CPU a call, ms | Asterisk, ms | failed |');
  expect(text).toContain('| dialplan | - | 3 | 0 |');
  expect(text).toContain('| daemon | 4 (4.00x) | 3 | 3 |');
});

test('options are read, and what is none of them is said', () => {
  expect(readOptions(['--only', 'daemon,bare', '--rate', '50'])).toMatchObject({
    only: ['bare', 'daemon'],
    rates: [50],
    measures: ['load', 'highest', 'held', 'steps'],
  });
  expect(readOptions(['--only', 'earlier,bare', '--earlier', '/before']).only).toEqual(['bare', 'earlier']);
  expect(readOptions([]).only).not.toContain('earlier');
  expect(readOptions(['--check'])).toMatchObject({ only: ['bare', 'daemon'], measures: ['load'] });
  expect(() => readOptions(['--only', 'asterisk'])).toThrow('asterisk is none of dialplan, bare');
  expect(() => readOptions(['--rounds', 'many'])).toThrow('many is no number above 0');
});
