import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** How long to keep looking; 30 s. */
  readonly timeout?: number;
  /** What is waited for, for the error: `until(…, { what: 'the call to end' })`. */
  readonly what?: string | (() => string);
  readonly signal?: AbortSignal;
}

type Falsy = false | undefined | null;

const interval = 10;
const longestInterval = 100;

/** Looks every 10 ms until `look` gives something, and returns it. What `look` throws ends the wait. */
export async function until<T>(look: () => T | Falsy, options: UntilOptions = {}): Promise<T> {
  return await repeated(
    async () => look(),
    { what: textOf(look), ...options },
    () => interval,
  );
}

/**
 * `until` for a condition that needs a request to be known, which costs whoever is asked: what takes long is looked at less often. A
 * look that takes long is not repeated in parallel.
 */
export async function eventually<T>(look: () => Promise<T | Falsy>, options: UntilOptions = {}): Promise<T> {
  return await repeated(look, options, (waited) =>
    Math.min(Math.max(interval, waited / 20), longestInterval),
  );
}

async function repeated<T>(
  look: () => Promise<T | Falsy>,
  options: UntilOptions,
  pauseAfter: (waited: number) => number,
): Promise<T> {
  const { timeout = 30_000, signal } = options;
  const start = performance.now();
  let looks = 0;
  let last: Falsy;
  for (;;) {
    signal?.throwIfAborted();
    const value = await withinTime(look(), timeout - (performance.now() - start));
    looks += 1;
    if (isThere(value)) return value;
    last = value === late ? last : value;
    if (value === late || performance.now() - start >= timeout)
      throw giveUp(options, look, { looks, last, timeout });
    await pause(pauseAfter(performance.now() - start), undefined, { signal });
  }
}

const late = Symbol('late');

/** A look that never answers must not outlive the timeout: the error would say nothing about what was waited for. */
async function withinTime<T>(look: Promise<T>, remaining: number): Promise<T | typeof late> {
  const abort = new AbortController();
  const tooLate = pause(Math.max(remaining, interval), late, { signal: abort.signal }).catch(() => late);
  try {
    return await Promise.race([look, tooLate as Promise<typeof late>]);
  } finally {
    abort.abort();
  }
}

function isThere<T>(value: T | Falsy | typeof late): value is T {
  return value !== false && value !== undefined && value !== null && value !== late;
}

function giveUp(
  { what }: UntilOptions,
  look: () => unknown,
  { looks, last, timeout }: { looks: number; last: Falsy; timeout: number },
): Error {
  const awaited =
    (typeof what === 'function' ? what() : what) ?? look.toString().replace(/\s+/g, ' ').slice(0, 160);
  return new Error(
    `waited ${timeout} ms in vain for ${awaited} (looked ${looks} times, last: ${String(last)})`,
  );
}

function textOf(look: () => unknown): string {
  return look.toString().replace(/\s+/g, ' ').slice(0, 160);
}
