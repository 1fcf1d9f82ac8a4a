import { expect, test } from 'vitest';
import {
  actionTitle,
  addressText,
  durationText,
  instantOf,
  label,
  wireOf,
} from '../../../src/console/lib/format.ts';
import { nameOf, pathOfReference } from '../../../src/console/lib/resources.ts';
import { loudness } from '../../../src/console/phone/loudness.ts';

test('times of the wire are UTC, and not yet is none', () => {
  expect(instantOf('2022-04-11 00:23:54.724620')?.toISOString()).toBe('2022-04-11T00:23:54.724Z');
  expect(instantOf('9999-01-01 00:00:00.000000')).toBeUndefined();
  expect(instantOf('nonsense')).toBeUndefined();
});

test('what people write by the clock on the wall is UTC on the wire, and half a time is none', () => {
  const wire = wireOf('2026-07-01T12:05');
  expect(wire).toMatch(/^2026-\d\d-\d\d \d\d:\d\d:00\.000$/);
  expect(instantOf(wire)).toEqual(new Date(2026, 6, 1, 12, 5));
  expect(['', 'soon'].map(wireOf)).toEqual([undefined, undefined]);
});

test('durations, names and addresses are as people read them', () => {
  expect([5_000, 65_000, 7_389_000].map(durationText)).toEqual(['0:05', '1:05', '2:03:09']);
  expect(['ring_timeout', 'tm_create', 'call_flow_id'].map(label)).toEqual([
    'Ring timeout',
    'Created',
    'Call flow',
  ]);
  expect(addressText({ type: 'tel', target: '+49', target_name: 'Ada' })).toBe('Ada (+49)');
  expect(addressText({ type: 'tel', target: '+49', target_name: '' })).toBe('+49');
});

test('names that every object has are words like others', () => {
  expect(['constructor', '__proto__', 'toString'].map(label)).toEqual([
    'Constructor',
    '  proto  ',
    'ToString',
  ]);
  expect(actionTitle('constructor')).toBe('Constructor');
});

test('ids lead to what they are of', () => {
  expect(pathOfReference('closed_flow_id')).toBe('flows');
  expect(pathOfReference('reference_id', { reference_type: 'recording' })).toBe('recordings');
  expect(pathOfReference('customer_id')).toBeUndefined();
  expect(nameOf('agents', { id: 'x', name: '', username: 'ada' })).toBe('ada');
});

test('silence is nothing, and a full tone nearly all', () => {
  const tone = Float32Array.from({ length: 800 }, (_, index) => Math.sin(index / 3));
  expect(loudness(new Float32Array(800))).toBe(0);
  expect(loudness(tone)).toBeGreaterThan(0.9);
  expect(loudness(tone.map((sample) => sample / 100))).toBeCloseTo(loudness(tone) - 40 / 60, 2);
});
