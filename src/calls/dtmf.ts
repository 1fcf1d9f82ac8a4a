import type { AriEvent } from '../ari/events.gen.ts';
import { within } from '../core/wait.ts';
import { DigitReadings } from './digit-readings.ts';

/** More digits than this nobody types ahead; further ones are dropped. */
const capacity = 256;

/**
 * The digits a caller has pressed and no action has used yet. Asterisk keeps none, so they are kept from the moment the
 * call comes in.
 */
export class DigitBuffer {
  readonly #listeners = new Set<() => void>();
  readonly #readings = new DigitReadings();
  readonly #onChange: () => void;
  #digits: string[] = [];

  /** `onChange` hears whenever there are others. */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** Those that nobody has used yet, oldest first. */
  get kept(): string {
    return this.#digits.join('');
  }

  /** How many listen for the next digit; zero once a lifetime is over. */
  get listening(): number {
    return this.#listeners.size;
  }

  /** Keeps the digit of an event. Answers whether the event is news: Asterisk tells some digits twice. */
  hear(event: AriEvent): boolean {
    const isNews = this.#readings.isNews(event);
    if (isNews && event.type === 'ChannelDtmfReceived') this.push(event.digit);
    return isNews;
  }

  push(digit: string): void {
    if (this.#digits.length < capacity) this.#digits.push(digit);
    this.#onChange();
    for (const listener of [...this.#listeners]) listener();
  }

  clear(): void {
    this.#digits = [];
    this.#onChange();
  }

  /** These were pressed before all others. */
  giveBack(digits: string): void {
    this.#digits.unshift(...digits);
  }

  /** The oldest digit, waiting at most `ms` milliseconds for one, by `wait`'s watch; `undefined` where none came. */
  async take(ms: number, signal: AbortSignal, wait = within): Promise<string | undefined> {
    signal.throwIfAborted();
    const waiting = this.#next();
    if (waiting !== undefined || ms <= 0) return waiting;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = this.onDigit(resolve);
    await wait(promise, ms, signal);
    return this.#next();
  }

  /** Calls the listener at every digit from now on; the digits stay for whoever takes them. */
  onDigit(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #next(): string | undefined {
    const digit = this.#digits.shift();
    if (digit !== undefined) this.#onChange();
    return digit;
  }

  /** A signal that a digit aborts: one that waits to be taken at once, else the next one. */
  bargeIn(): Disposable & { readonly signal: AbortSignal } {
    const controller = new AbortController();
    if (this.#digits.length > 0) controller.abort();
    const listening = this.onDigit(() => controller.abort());
    return { signal: controller.signal, [Symbol.dispose]: () => listening[Symbol.dispose]() };
  }
}
