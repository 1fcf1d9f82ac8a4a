import { now } from '../core/clock.ts';

/**
 * How far audio is ahead of its playing. Asterisk plays what it is given one frame after the other and never catches up:
 * whatever comes too early would be a delay for the rest of the call.
 */
export class Pace {
  readonly #limit: number;
  /** When all that was let through will have been played. */
  #playedAt = 0;

  /** `limit` in milliseconds. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether so many milliseconds of audio may come, at this instant. */
  admits(length: number, instant = now()): boolean {
    const from = Math.max(instant, this.#playedAt);
    if (from - instant > this.#limit) return false;
    this.#playedAt = from + length;
    return true;
  }

  /** What was let through will not be played after all. */
  reset(): void {
    this.#playedAt = 0;
  }
}
