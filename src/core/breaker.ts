import { now } from './clock.ts';

/** One try of something that may be down. Disposed without a result, it says nothing. */
export interface Try extends Disposable {
  succeeded(): void;
  /** `lasting`: the next one will fail as well, whoever tries: a quota is used up, credentials are refused. */
  failed(how: 'passing' | 'lasting'): void;
}

export interface BreakerOptions {
  /** So many failures one after the other, and it is left alone; 3. */
  readonly failures?: number;
  /** How long for, in milliseconds; twice as long each time it is found down again. 20 s. */
  readonly rest?: number;
  /** After a lasting failure; 60 s. */
  readonly longRest?: number;
  /** Told when it is left alone, and for how long, and when it is back. */
  readonly onRest?: (ms: number) => void;
  readonly onBack?: () => void;
}

const longestRest = 300_000;

/**
 * Keeps callers from waiting for what is down: after some failures it is left alone for a while, then one may try, and the
 * others once that has gone well.
 */
export class Breaker {
  readonly #options: Required<BreakerOptions>;
  #failures = 0;
  #rests = 0;
  #restsUntil = 0;
  #isTrying = false;

  constructor(options: BreakerOptions = {}) {
    const nothing = (): void => undefined;
    this.#options = {
      ...{ failures: 3, rest: 20_000, longRest: 60_000, onRest: nothing, onBack: nothing },
      ...options,
    };
  }

  /** Whether it is left alone, but for the one who may try. */
  get isResting(): boolean {
    return this.#rests > 0;
  }

  /** A try, where one may be made now. */
  enter(): Try | undefined {
    if (!this.isResting) return this.#try();
    if (now() < this.#restsUntil || this.#isTrying) return undefined;
    this.#isTrying = true;
    return this.#try(() => {
      this.#isTrying = false;
    });
  }

  #try(leave: () => void = () => undefined): Try {
    let isOver = false;
    const once = (result: () => void): void => {
      if (isOver) return;
      isOver = true;
      leave();
      result();
    };
    return {
      succeeded: () => once(() => this.#succeeded()),
      failed: (how) => once(() => this.#failed(how)),
      [Symbol.dispose]: () => once(() => undefined),
    };
  }

  #succeeded(): void {
    const wasResting = this.isResting;
    this.#failures = 0;
    this.#rests = 0;
    if (wasResting) this.#options.onBack();
  }

  #failed(how: 'passing' | 'lasting'): void {
    this.#failures++;
    // What was begun before the rest tells nothing new.
    if (this.isResting && now() < this.#restsUntil) return;
    if (how === 'passing' && !this.isResting && this.#failures < this.#options.failures) return;
    const { rest, longRest } = this.#options;
    const ms = Math.min(longestRest, (how === 'lasting' ? longRest : rest) * 2 ** this.#rests);
    this.#rests++;
    this.#restsUntil = now() + ms;
    this.#options.onRest(ms);
  }
}
