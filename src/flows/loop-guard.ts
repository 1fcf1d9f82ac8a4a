/** More actions than this without a second of waiting is a loop that would eat the processor. */
const mostWithoutWaiting = 500;
/** More actions than this is a loop that would go on for ever. */
const mostActions = 10_000;
const enoughWaiting = 1_000;
/** More computing than this, in milliseconds of a processor, is one that lives on replies which take long to be read. */
const mostComputing = 10_000;
/** So much of the time that it waits a flow may compute. */
const computingShare = 0.05;

const nothingCounted: LoopCounts = { total: 0, sinceWaiting: 0, waited: 0, computed: 0 };

/** The counts as data. */
export interface LoopCounts {
  readonly total: number;
  readonly sinceWaiting: number;
  readonly waited: number;
  readonly computed: number;
}

/** Counts the actions of one activeflow, and says when they are a loop. */
export class LoopGuard {
  #total: number;
  #sinceWaiting: number;
  #waited: number;
  #computed: number;

  constructor({ total, sinceWaiting, waited, computed }: LoopCounts = nothingCounted) {
    this.#total = total;
    this.#sinceWaiting = sinceWaiting;
    this.#waited = waited;
    this.#computed = computed;
  }

  get counts(): LoopCounts {
    return {
      total: this.#total,
      sinceWaiting: this.#sinceWaiting,
      waited: this.#waited,
      computed: this.#computed,
    };
  }

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
