import { now } from '../core/clock.ts';
import { LazySet } from '../core/lazy-set.ts';
import { at, orAbort } from '../core/wait.ts';

/** Who waits for the end of a hold waits no longer than this, in milliseconds: nobody comes back to a phone any more. */
export const longestHold = 30 * 60_000;

export interface HoldClock {
  readonly since: number;
  readonly spent: number;
}

/**
 * Whether the phone of a call holds it. Who holds gets no packets and hears nothing: what is meant for his ears waits for him,
 * and so does the clock by which he is to press a key.
 */
export class PhoneHold {
  readonly #tell: (isOn: boolean) => void;
  readonly #watchers = new LazySet<() => void>();
  #isOn = false;
  #isAwaited = false;
  #since = 0;
  #spent = 0;
  #news = 0;
  #limit: Disposable | undefined;

  /** `tell` hears of every change. */
  constructor(tell: (isOn: boolean) => void) {
    this.#tell = tell;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether its end is waited for: it is on, and not for too long. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** How long the call has been held and waited for, in milliseconds. */
  get spent(): number {
    return this.#spent + (this.#isAwaited ? now() - this.#since : 0);
  }

  set(isOn: boolean): void {
    this.#news++;
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#tell(isOn);
    this.#await(isOn);
  }

  /** Since when it is waited for, 0 where it is not, and how long holds have lasted before. */
  get clock(): HoldClock {
    return { since: this.#isAwaited ? this.#since : 0, spent: this.#spent };
  }

  /** So it was before, and nobody is told of it again. */
  goOn(isOn: boolean, { since, spent }: HoldClock): void {
    this.#isOn = isOn;
    this.#spent = spent;
    this.#await(since > 0, since);
  }

  /** Takes what Asterisk says of it, whose events may have been missed, unless an event comes first. */
  async learn(ask: () => Promise<boolean | undefined>): Promise<void> {
    const before = this.#news;
    const isOn = await ask();
    if (isOn !== undefined && before === this.#news) this.set(isOn);
  }

  /** Resolves as soon as there is no hold to wait for. */
  async over(signal: AbortSignal): Promise<void> {
    while (this.#isAwaited) {
      const { promise, resolve } = Promise.withResolvers<void>();
      using _ = this.watch(resolve);
      await orAbort(promise, signal);
    }
  }

  /** Calls the watcher whenever `isAwaited` has changed. */
  watch(watcher: () => void): Disposable {
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => this.#watchers.delete(watcher) };
  }

  #await(isAwaited: boolean, since = now()): void {
    if (isAwaited === this.#isAwaited) return;
    this.#limit?.[Symbol.dispose]();
    if (isAwaited) {
      this.#since = since;
      this.#limit = at(this.#since + longestHold, () => this.#await(false));
    } else this.#spent += now() - this.#since;
    this.#isAwaited = isAwaited;
    for (const watcher of [...this.#watchers]) watcher();
  }
}
