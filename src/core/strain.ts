import { every, now } from './clock.ts';

/** How often it is looked, in milliseconds. */
const interval = 100;

/** Of so many looks the mean is taken: one long turn of the event loop is no strain. */
const mostLooks = 10;

/** How hard pressed the process is. */
export class Strain implements Disposable {
  /** How late each of the last looks was, oldest first. */
  readonly #late: number[] = [];
  readonly #looking: Disposable;
  #lastLook = now();
  #memory = 0;

  constructor() {
    this.#looking = every(interval, () => this.#look());
    this.#look();
  }

  /** How late timers are, in milliseconds. */
  get lag(): number {
    return this.#late.reduce((sum, late) => sum + late, 0) / Math.max(1, this.#late.length);
  }

  /** What the process has of the machine's memory, in bytes. */
  get memory(): number {
    return this.#memory;
  }

  [Symbol.dispose](): void {
    this.#looking[Symbol.dispose]();
  }

  #look(): void {
    const late = Math.max(0, now() - this.#lastLook - interval);
    this.#lastLook = now();
    this.#late.push(late);
    if (this.#late.length > mostLooks) this.#late.shift();
    this.#memory = process.memoryUsage.rss();
  }
}
