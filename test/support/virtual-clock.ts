import { type Clock, replaceClock, type Timer } from '../../src/core/clock.ts';

interface Due extends Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Far more turns than anything takes that waits for nobody outside. */
const mostTurns = 10_000;

/**
 * A clock that stands still until a test lets time pass: an hour takes as long as what happens in it. Whatever is due at the same
 * instant happens in the order it was planned, so everything has one order, the same in every run.
 */
export class VirtualClock implements Clock, Disposable {
  readonly #timers = new Set<Due>();
  readonly #turns = new Set<Due>();
  readonly #replaced: Disposable;
  #now: number;
  /** How far the system's clock was set from where it was. */
  #set = 0;

  /** From now on the process lives by it, until it is disposed. */
  constructor(began = '2026-03-02T12:00:00Z') {
    this.#now = Date.parse(began);
    this.#replaced = replaceClock(this);
  }

  /** How many timers are set; none once everything is over. */
  get waiting(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  systemTime(): number {
    return Math.floor(this.#now + this.#set);
  }

  /** Somebody sets the system's clock by so many milliseconds, forth or back. */
  setSystemTimeBy(ms: number): void {
    this.#set += ms;
  }

  setTimer(ms: number, run: () => void): Timer {
    return this.#plan(this.#timers, this.#now + Math.max(1, Math.trunc(ms)), run);
  }

  clearTimer(timer: Timer): void {
    this.#timers.delete(timer as Due);
  }

  every(ms: number, run: () => void): Disposable {
    const beat = (): void => {
      timer = this.setTimer(ms, beat);
      run();
    };
    let timer = this.setTimer(ms, beat);
    return { [Symbol.dispose]: () => this.clearTimer(timer) };
  }

  setTurn(run: () => void): Timer {
    return this.#plan(this.#turns, this.#now, run);
  }

  clearTurn(turn: Timer): void {
    this.#turns.delete(turn as Due);
  }

  /** Lets `ms` milliseconds pass, and everything that happens meanwhile happen. */
  async pass(ms = 0): Promise<void> {
    const end = this.#now + ms;
    await this.#settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await this.#settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** The process is stopped for `ms` milliseconds: what falls due meanwhile happens later. */
  stall(ms: number): void {
    this.#now += ms;
  }

  [Symbol.dispose](): void {
    this.#replaced[Symbol.dispose]();
  }

  #plan(into: Set<Due>, at: number, run: () => void): Due {
    const due = { at, run, unref: () => undefined };
    into.add(due);
    return due;
  }

  /** The first that is due by then; of several the one that was planned first. */
  #next(end: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#timers) if (due.at <= end && due.at < (first?.at ?? Infinity)) first = due;
    return first;
  }

  /** Until nothing happens any more without time: all promises are settled between two turns of the real loop. */
  async #settle(): Promise<void> {
    for (let count = 0; count < mostTurns; count++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#turns.size === 0) return;
      const turns = [...this.#turns];
      this.#turns.clear();
      for (const { run } of turns) run();
    }
    throw new Error('it never comes to rest');
  }
}
