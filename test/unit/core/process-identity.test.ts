import { describe, expect, test } from 'vitest';
import { identityOf, startOf } from '../../../src/core/process-identity.ts';

/** `/proc/PID/stat` of a program with an awkward name. */
const stat = (state: string, threads: number): string =>
  `4242 (a) b (c) ${state} 1 4242 4242 0 -1 4194560 12 0 0 0 3 1 0 0 20 0 ${threads} 0 987654 2048 96 18446744073709551615`;

describe('a process', () => {
  test('is whoever has started when it has', () => {
    expect(startOf(stat('S', 1))).toBe('987654');
    expect(identityOf(process.pid)?.started).toMatch(/^\d+@[0-9a-f-]{36}$/);
  });

  test('has ended when nobody but its parent knows of it any more', () => {
    for (const state of ['Z', 'X']) expect(startOf(stat(state, 1))).toBeUndefined();
  });

  test('lives as long as one of its threads does: that one has its ports', () => {
    expect(startOf(stat('Z', 3))).toBe('987654');
  });
});
