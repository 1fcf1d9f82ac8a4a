import { type Clock, replaceClock, type Timer } from '../core/clock.ts';

interface Due extends Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Far more turns than anything takes that waits for nobody outside. */
const mostTurns = 10_000;

/**
 * A clock that stands still until somebody lets time pass: an hour takes as long as what happens in it. Whatever is due at the same
 * instant happens in the order it was planned, so everything has one order, the same in every run.
 */
export class VirtualClock implements Clock, Disposable {
  readonly #timers = new Set<Due>();
  readonly #turns = new Set<Due>();
  readonly #replaced: Disposable;
  /** What happens beyond it: somebody is asked who lives by another clock. */
  readonly #outside = new Set<Promise<unknown>>();
  #wake: () => void = () => undefined;
  #now: number;
  /** How far the system's clock was set from where it was, in milliseconds. */
  protected set = 0;

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
    return Math.floor(this.#now + this.set);
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
    this.#wake();
    return this.#plan(this.#turns, this.#now, run);
  }

  clearTurn(turn: Timer): void {
    this.#turns.delete(turn as Due);
  }

  /** Lets `ms` milliseconds pass, and everything that happens meanwhile happen. */
  async pass(ms = 0): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    while (await this.goOn(end));
    this.jump(Math.max(0, end - this.#now));
  }

  /** Lets the next thing happen that is due by an instant, with all that it brings about; answers false where there is none. */
  async goOn(end: number): Promise<boolean> {
    const next = this.#next(end);
    if (!next) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
    await this.settle();
    return true;
  }

  /** No time passes until this is done: it takes time of another clock. */
  outside<T>(work: Promise<T>): Promise<T> {
    const done: Promise<unknown> = work.then(
      () => this.#outside.delete(done),
      () => this.#outside.delete(done),
    );
    this.#outside.add(done);
    return work;
  }

  /** Until nothing happens any more without time: all promises are settled between two turns of the real loop. */
  async settle(): Promise<void> {
    for (let count = 0; count < mostTurns; count++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#turns.size === 0 && this.#outside.size === 0) return;
      if (this.#turns.size === 0) await this.#heardFromOutside();
      const turns = [...this.#turns];
      this.#turns.clear();
      for (const { run } of turns) run();
    }
    throw new Error('it never comes to rest');
  }

  [Symbol.dispose](): void {
    this.#replaced[Symbol.dispose]();
  }

  /** Something outside is done, or wants a turn. */
  async #heardFromOutside(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await Promise.race([promise, ...this.#outside]);
  }

  /** So many milliseconds are over at once: what falls due meanwhile happens later. */
  protected jump(ms: number): void {
    this.#now += ms;
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
}
