import { setTimeout as sleep } from 'node:timers/promises';

/** Wakes the one who waits: at a time, or at once when rung. A ring while nobody waits is kept for the next wait. */
export class Alarm {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    this.#rung.resolve();
  }

  async wait(milliseconds: number): Promise<void> {
    const timer = new AbortController();
    const timeout = sleep(Math.min(Math.max(milliseconds, 0), maxDelay), undefined, { signal: timer.signal });
    await Promise.race([this.#rung.promise, timeout]).finally(() => timer.abort());
    await timeout.catch(() => {}); // rejects when the ring came first
    this.#rung = Promise.withResolvers();
  }
}

/** Node's timers overflow beyond. */
const maxDelay = 2 ** 31 - 1;
