import { expect, test } from 'vitest';
import { routesTo } from '../../../src/trunks/routes-to.ts';
import type { TrunkRecord } from '../../../src/trunks/trunk-record.ts';
import { givenTrunk } from '../../support/given-trunks.ts';

const rule = (prefix: string, strip = 0, prepend = '') => ({ prefix, strip, prepend });

function routes(number: string, ...trunks: readonly Partial<TrunkRecord>[]): string[] {
  const all = trunks.map((fields, index) => givenTrunk({ name: String(index), ...fields }));
  return routesTo(number, all).map((route) => `${route.trunk.name} ${route.number}`);
}

test('the longest prefix is first, then the lowest order, then the oldest', () => {
  const trunks = [
    {},
    { order: 5 },
    { prefixes: [rule('+49')], order: 900 },
    { prefixes: [rule('+4989'), rule('+49')], order: 1_000 },
    { prefixes: [rule('+1')] },
    { prefixes: [rule('')] },
  ];
  expect(routes('+498912', ...trunks)).toEqual([
    '3 +498912',
    '2 +498912',
    '1 +498912',
    '0 +498912',
    '5 +498912',
  ]);
  expect(routes('+4930', ...trunks)).toEqual(['2 +4930', '3 +4930', '1 +4930', '0 +4930', '5 +4930']);
  expect(routes('+12', ...trunks)).toEqual(['4 +12', '1 +12', '0 +12', '5 +12']);
});

test('a trunk wants numbers its own way, by the longest rule that fits', () => {
  const prefixes = [rule('', 0, '0'), rule('+', 1, '00'), rule('+49', 3, '0'), rule('+4989', 5)];
  expect(routes('+4930123', { prefixes })).toEqual(['0 030123']);
  expect(routes('+49891', { prefixes })).toEqual(['0 1']);
  expect(routes('+3314', { prefixes })).toEqual(['0 003314']);
  expect(routes('112', { prefixes })).toEqual(['0 0112']);
});

test('what a rule leaves nothing of, or makes no number of, it does not take', () => {
  expect(routes('+49', { prefixes: [rule('+49', 3)] })).toEqual([]);
  expect(routes('+49301', { prefixes: [rule('+49', 0, '0')] })).toEqual([]);
  expect(routes('1'.repeat(32), { prefixes: [rule('1', 0, '0')] })).toEqual([]);
});
