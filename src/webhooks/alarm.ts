import { now } from '../core/clock.ts';
import { within } from '../core/wait.ts';

/** Wakes the one who waits: after a while, or when rung. A ring while nobody waits is kept for the next wait. */
export class Alarm {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
  }

  /** Rung or not, it takes no less than `least` milliseconds. */
  async wait(milliseconds: number, least = 0): Promise<void> {
    const began = now();
    await within(this.#rung.promise, Math.max(milliseconds, 0));
    const early = began + least - now();
    if (early > 0) await within(new Promise(() => undefined), early);
    this.#rung = Promise.withResolvers();
  }
}
