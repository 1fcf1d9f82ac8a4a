import { expect, test } from 'vitest';
import { ticksOf, tickText } from '../../../src/console/lib/timeline.ts';

test('no two times of an axis look the same, however long it is', () => {
  for (const whole of [100, 900, 4_999, 5_000, 5_476, 6_000, 6_001, 60_000, 3_700_000, 80_000_000]) {
    const texts = ticksOf({ begin: 0, end: whole, lanes: [] }).map((tick) => tickText(tick, whole));
    expect(texts.length, `${whole}`).toBeGreaterThan(1);
    expect(new Set(texts).size, `${whole}: ${texts}`).toBe(texts.length);
  }
});
