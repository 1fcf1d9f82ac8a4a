/** More actions than this without a second of waiting is a loop that would eat the processor. */
const mostWithoutWaiting = 500;
/** More actions than this is a loop that would go on for ever. */
const mostActions = 10_000;
const enoughWaiting = 1_000;

/** Counts the actions of one activeflow. Restorable: its two numbers are data. */
export class LoopGuard {
  #total = 0;
  #sinceWaiting = 0;
  #waited = 0;

  /** Call before each action; `false` when the flow must end. */
  admit(): boolean {
    this.#total++;
    this.#sinceWaiting++;
    return this.#total <= mostActions && this.#sinceWaiting <= mostWithoutWaiting;
  }

  /** Call after each action that waited, with the milliseconds it took. */
  waited(milliseconds: number): void {
    this.#waited += milliseconds;
    if (this.#waited < enoughWaiting) return;
    this.#waited = 0;
    this.#sinceWaiting = 0;
  }
}
