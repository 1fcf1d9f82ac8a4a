export interface RateSearch {
  /** The first rate that is tried. */
  readonly from: number;
  /** Each step is so many times the one before; 1.3. */
  readonly factor?: number;
  /** How near the two ends come, as a share of the rate; 0.05. */
  readonly within?: number;
  /** No rate above is tried; 2 000. */
  readonly most?: number;
}

/** In steps up to the first rate that is not carried (or down to the first that is), then between the two; 0 where none is. */
export async function highestRate(
  carries: (rate: number) => Promise<boolean>,
  search: RateSearch,
): Promise<number> {
  let carried = 0;
  let refused = Number.POSITIVE_INFINITY;
  for (;;) {
    const rate = nextRate(carried, refused, search);
    if (rate === undefined) return carried;
    if (await carries(rate)) carried = rate;
    else refused = rate;
  }
}

function nextRate(
  carried: number,
  refused: number,
  { from, factor = 1.3, within = 0.05, most = 2_000 }: RateSearch,
): number | undefined {
  if (refused === Number.POSITIVE_INFINITY) {
    if (carried === 0) return from;
    return carried >= most ? undefined : Math.min(most, Math.ceil(carried * factor));
  }
  if (carried === 0) return refused <= 1 ? undefined : Math.floor(refused / factor);
  const isNear = refused - carried <= Math.max(1, within * carried);
  return isNear ? undefined : Math.round((carried + refused) / 2);
}
