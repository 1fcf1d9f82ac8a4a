import { now } from '../core/clock.ts';

/** So many of the last calls are looked at. */
const most = 20;

/** How long the last calls of a queue took their agents, those that are going on included. */
export class HandlingTimes {
  readonly #done: number[] = [];
  /** Since when, by call. */
  readonly #going = new Map<string, number>();

  begin(id: string, since: number): void {
    this.#going.set(id, since);
  }

  /** Nothing happens where it was not begun. */
  end(id: string): void {
    const began = this.#going.get(id);
    if (began === undefined) return;
    this.#going.delete(id);
    this.#done.push(now() - began);
    if (this.#done.length > most) this.#done.shift();
  }

  /** Those of before, oldest first. */
  remember(times: readonly number[]): void {
    this.#done.unshift(...times);
    this.#done.splice(0, Math.max(0, this.#done.length - most));
  }

  /** Milliseconds; `undefined` where there has been none. */
  get mean(): number | undefined {
    const present = now();
    const times = [...this.#done, ...this.#going.values().map((began) => present - began)];
    return times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0) / times.length;
  }
}
