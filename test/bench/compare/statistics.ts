/** The middle of some figures; NaN where there are none. */
export function median(figures: readonly number[]): number {
  return percentile(figures, 50);
}

/** The figure that so many of a hundred do not exceed, between two figures in proportion; NaN where there are none. */
export function percentile(figures: readonly number[], share: number): number {
  if (figures.length === 0) return Number.NaN;
  const sorted = figures.toSorted((one, other) => one - other);
  const place = ((sorted.length - 1) * share) / 100;
  const [below = 0, above = below] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return below + (above - below) * (place % 1);
}

/** As the tables have times. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  return { p50: percentile(figures, 50), p99: percentile(figures, 99) };
}

/** The median of each end. */
export function medianSpread(spreads: readonly Spread[]): Spread {
  return { p50: median(spreads.map(({ p50 }) => p50)), p99: median(spreads.map(({ p99 }) => p99)) };
}
