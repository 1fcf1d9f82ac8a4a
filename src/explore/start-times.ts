/** Says something of an instant, in milliseconds since 1970. */
export type Says = (time: number) => string;

const hour = 3_600_000;
const day = 24 * hour;

/** More starts are not tried. */
const mostStarts = 24;

/** When calls begin that are to meet with something different. */
export interface StartTimes {
  readonly times: readonly [number, ...number[]];
  /** Whether there are more. */
  readonly isCut: boolean;
}

/**
 * Instants for which what is said of them differs, the usual start first: of a week every quarter of an hour, of a year three times a day,
 * and those given.
 */
export function startTimes(usual: number, says: readonly Says[], also: readonly number[] = []): StartTimes {
  if (says.length === 0) return { times: [usual], isCut: false };
  const seen = new Set<string>();
  const times: number[] = [];
  for (const time of candidates(usual, also)) {
    const said = says.map((say) => say(time)).join('\n');
    if (seen.has(said)) continue;
    seen.add(said);
    times.push(time);
  }
  const [, ...others] = times;
  return { times: [usual, ...others.slice(0, mostStarts - 1)], isCut: times.length > mostStarts };
}

function* candidates(usual: number, also: readonly number[]): Generator<number> {
  yield usual;
  const midnight = usual - (usual % day);
  for (let time = midnight; time < midnight + 8 * day; time += hour / 4) yield time;
  for (let time = midnight + 8 * day; time < midnight + 366 * day; time += 8 * hour) yield time + 4 * hour;
  for (const time of also) yield* [time - 60_000, time, time + 60_000];
}
