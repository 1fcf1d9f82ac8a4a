/** More actions than this without a second of waiting is a loop that would eat the processor. */
const mostWithoutWaiting = 500;
/** More actions than this is a loop that would go on for ever. */
const mostActions = 10_000;
const enoughWaiting = 1_000;
/** More computing than this, in milliseconds of a processor, is one that lives on replies which take long to be read. */
const mostComputing = 10_000;
/** So much of the time that it waits a flow may compute. */
const computingShare = 0.05;

/** Counts the actions of one activeflow, and says when they are a loop. Its counts live in memory only. */
export class LoopGuard {
  #total = 0;
  #sinceWaiting = 0;
  #waited = 0;
  #computed = 0;

  /** Call before each action; `false` when the flow must end. */
  admit(): boolean {
    this.#total++;
    this.#sinceWaiting++;
    const isWithin = this.#total <= mostActions && this.#sinceWaiting <= mostWithoutWaiting;
    return isWithin && this.#computed <= mostComputing;
  }

  /** Call after each action that waited, with the milliseconds it took. */
  waited(milliseconds: number): void {
    this.#computed = Math.max(0, this.#computed - milliseconds * computingShare);
    this.#waited += milliseconds;
    if (this.#waited < enoughWaiting) return;
    this.#waited = 0;
    this.#sinceWaiting = 0;
  }

  /** Call with the milliseconds that others computed for it. */
  computed(milliseconds: number): void {
    this.#computed += milliseconds;
  }
}
