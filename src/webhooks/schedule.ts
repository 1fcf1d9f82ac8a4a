/** Delays between tries in milliseconds: 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 24 h. */
export const defaultSchedule: readonly number[] = [5, 30, 120, 600, 3_600, 21_600, 86_400].map(
  (seconds) => seconds * 1_000,
);

/** How far a delay is moved at random, so that what failed together does not come back together. */
const jitter = 0.2;

export interface Delay {
  readonly schedule: readonly number[];
  /** Tries so far, at least one. */
  readonly attempts: number;
  /** What the receiver asked for, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** 0 ≤ random < 1 */
  readonly random: number;
}

/**
 * How long to wait after a failed try; undefined when it was the last. A receiver's `Retry-After` counts between once and
 * twice the scheduled delay: it can slow us down, but not park its events for ever.
 */
export function delayAfter({ schedule, attempts, retryAfter, random }: Delay): number | undefined {
  const scheduled = schedule[attempts - 1];
  if (scheduled === undefined) return undefined;
  if (retryAfter !== undefined) return Math.min(Math.max(retryAfter, scheduled), 2 * scheduled);
  return scheduled * (1 - jitter + 2 * jitter * random);
}

/** `Retry-After` in milliseconds from now: seconds or an HTTP date; anything else counts as absent. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1_000;
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
