import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asteriskId, isIdOf } from '../../../src/ari/ids.ts';

const call = '7d1f6f8e-55a6-4c3b-9a5e-0f6f4f0b8c11';
const other = '2b6a1f0e-1c1d-4e55-8f0a-9a7c5d3e2f10';

describe('an id', () => {
  test('says whose it is, what, and what for', () => {
    expect(asteriskId('ariflow', 'playback', call, 7)).toBe(`ariflow-playback-${call}-7`);
    expect(asteriskId('ariflow', 'snoop', call, 7, 'out', 2)).toBe(`ariflow-snoop-${call}-7-out-2`);
  });

  test('has 120 characters at most; a longer one is hashed, and still says whose and what', () => {
    const head = `ariflow-bridge-${call}-`.length;
    const whole = asteriskId('ariflow', 'bridge', call, 'x'.repeat(120 - head));
    expect(whole).toHaveLength(120);
    expect(whole).toContain(call);
    const long = [...'xy'].map((last) =>
      asteriskId('ariflow', 'bridge', call, 'x'.repeat(120 - head) + last),
    );
    for (const id of long) expect(id).toMatch(/^ariflow-bridge-[0-9a-f-]{36}$/);
    expect(new Set(long).size).toBe(2);
    expect(asteriskId('ariflow', 'bridge', call, `${'x'.repeat(120 - head)}x`)).toBe(long[0]);
  });

  test('is no longer than that with the longest name of an application', () => {
    const app = 'a'.repeat(40);
    expect(asteriskId(app, 'announcement', call, other, 1).length).toBeLessThanOrEqual(120);
    expect(asteriskId(app, 'announcement', call)).toHaveLength(40 + '-announcement-'.length + 36);
  });

  test('of another kind, application, call, step or key is another one', () => {
    const word = fc.oneof(fc.constantFrom('a', 'a-b', 'bridge'), fc.integer({ min: 0, max: 30 }));
    const words = fc.tuple(
      fc.constantFrom('ariflow', 'ariflow-2', 'a'.repeat(40)),
      fc.constantFrom('bridge' as const, 'playback' as const),
      fc.constantFrom(call, other, call + other),
      fc.integer({ min: 1, max: 10_000 }),
      fc.option(word, { nil: undefined }),
    );
    const idOf = ([app, kind, of, step, key]: typeof words extends fc.Arbitrary<infer T> ? T : never) =>
      asteriskId(app, kind, of, step, ...(key === undefined ? [] : [key]));
    fc.assert(
      fc.property(words, words, (one, another) => {
        expect(idOf(one) === idOf(another)).toBe(JSON.stringify(one) === JSON.stringify(another));
      }),
    );
  });
});

describe('an id is an application’s', () => {
  test('where it begins with its name and the kind', () => {
    expect(isIdOf('ariflow', 'bridge', asteriskId('ariflow', 'bridge', call, 1))).toBe(true);
    expect(isIdOf('ariflow', 'bridge', asteriskId('ariflow', 'bridge', call, 'x'.repeat(200)))).toBe(true);
  });

  test.each([
    ['of another kind', 'ariflow', 'media'],
    ['of another application', 'ariflow2', 'bridge'],
    ['of one whose name goes on like ours', 'ariflow-bridge', 'bridge'],
    ['of one whose name goes on so and further', 'ariflow-bridge-2', 'bridge'],
  ] as const)('and not where it is %s', (_, app, kind) => {
    expect(isIdOf('ariflow', 'bridge', asteriskId(app, kind, call, 1))).toBe(false);
  });
});
