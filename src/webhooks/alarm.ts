import { within } from '../core/wait.ts';

/** Wakes the one who waits: after a while, or at once when rung. A ring while nobody waits is kept for the next wait. */
export class Alarm {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
  }

  async wait(milliseconds: number): Promise<void> {
    await within(this.#rung.promise, Math.max(milliseconds, 0));
    this.#rung = Promise.withResolvers();
  }
}
