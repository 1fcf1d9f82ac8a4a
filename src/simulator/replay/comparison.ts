/** A step of either, or of both. */
export interface Compared {
  /** As it was, as it is now: of the same step both, of one that is there once the other is missing. */
  readonly was?: string;
  readonly is?: string;
}

/** More are compared from where they begin to differ: it takes as many comparisons as both have steps, multiplied. */
const most = 2_000;

/** Two lists beside one another, with as many of the same steps in their order as there are. */
export function compared(was: readonly string[], is: readonly string[]): readonly Compared[] {
  let same = 0;
  while (same < was.length && same < is.length && was[same] === is[same]) same++;
  const head = was.slice(0, same).map((step): Compared => ({ was: step, is: step }));
  const [before, after] = [was.slice(same), is.slice(same)];
  return [...head, ...aligned(before.slice(0, most), after.slice(0, most)), ...rest(before, after)];
}

function rest(was: readonly string[], is: readonly string[]): Compared[] {
  return [...was.slice(most).map((step) => ({ was: step })), ...is.slice(most).map((step) => ({ is: step }))];
}

/** The longest common subsequence. */
function aligned(was: readonly string[], is: readonly string[]): Compared[] {
  const width = is.length + 1;
  const lengths = new Uint16Array((was.length + 1) * width);
  const at = (one: number, other: number): number => lengths[one * width + other] ?? 0;
  for (let one = was.length - 1; one >= 0; one--)
    for (let other = is.length - 1; other >= 0; other--)
      lengths[one * width + other] =
        was[one] === is[other]
          ? at(one + 1, other + 1) + 1
          : Math.max(at(one + 1, other), at(one, other + 1));
  const found: Compared[] = [];
  let [one, other] = [0, 0];
  while (one < was.length || other < is.length) {
    const [before, after] = [was[one], is[other]];
    if (before !== undefined && before === after) {
      found.push({ was: before, is: before });
      one++;
      other++;
    } else if (after === undefined || (before !== undefined && at(one + 1, other) >= at(one, other + 1))) {
      found.push({ was: before ?? '' });
      one++;
    } else {
      found.push({ is: after });
      other++;
    }
  }
  return found;
}
