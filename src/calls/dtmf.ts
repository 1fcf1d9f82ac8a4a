import type { AriEvent } from '../ari/events.gen.ts';
import { now } from '../core/clock.ts';
import { LazySet } from '../core/lazy-set.ts';
import { within } from '../core/wait.ts';
import { DigitReadings } from './digit-readings.ts';

/** More digits than this nobody types ahead; further ones are dropped. */
const capacity = 256;

interface Pressed {
  readonly digit: string;
  /** Whether nobody but the flow is to see it. */
  readonly isHidden: boolean;
}

/**
 * The digits a caller has pressed and no action has used yet. Asterisk keeps none, so they are kept from the moment the
 * call comes in.
 */
export class DigitBuffer {
  readonly #listeners = new LazySet<(digit: string) => void>();
  readonly #readings = new DigitReadings();
  readonly #onChange: () => void;
  #digits: Pressed[] = [];
  /** How many want what is pressed to be seen by the flow alone. */
  #hiding = 0;
  #tookHidden = false;
  #dropped: { readonly keys: string; readonly until: number } | undefined;

  /** `onChange` hears whenever there are others. */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** Those that nobody has used yet, oldest first. */
  get kept(): string {
    return this.#digits.map(({ digit }) => digit).join('');
  }

  /** Which of those are hidden: `1`, and `0` where not. */
  get hidden(): string {
    return this.#digits.map(({ isHidden }) => (isHidden ? '1' : '0')).join('');
  }

  /** Whether what is pressed now is for the flow alone. */
  get isHiding(): boolean {
    return this.#hiding > 0;
  }

  /** Whether the digit that was taken last was. */
  get tookHidden(): boolean {
    return this.#tookHidden;
  }

  /** Until disposed of, what is pressed is for the flow alone. */
  hide(): Disposable {
    this.#hiding++;
    let isOver = false;
    const end = (): void => {
      if (!isOver) this.#hiding--;
      isOver = true;
    };
    return { [Symbol.dispose]: end };
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
    const { keys = '', until = 0 } = this.#dropped ?? {};
    this.#dropped = undefined;
    if (keys.includes(digit) && now() < until) return;
    if (this.#digits.length < capacity) this.#digits.push({ digit, isHidden: this.isHiding });
    this.#onChange();
    for (const listener of [...this.#listeners]) listener(digit);
  }

  /** The one that was pressed last has been used, whatever waits before it. */
  useNewest(): void {
    this.#digits.pop();
    this.#onChange();
  }

  clear(): void {
    this.#digits = [];
    this.#onChange();
  }

  /** These were pressed before all others. */
  giveBack(digits: string, hidden = ''): void {
    this.#digits.unshift(...[...digits].map((digit, at) => ({ digit, isHidden: hidden[at] === '1' })));
  }

  /** One of these keys, if it is the next digit and comes within so many milliseconds, belongs to what was typed before: it is nobody's. */
  dropNext(keys: string, ms: number): void {
    const next = this.#digits[0]?.digit;
    if (next === undefined) this.#dropped = { keys, until: now() + ms };
    else if (keys.includes(next)) this.#next();
  }

  /** Takes back the digit that was pressed last, where it is this one. */
  withdraw(digit: string): boolean {
    if (this.#digits.at(-1)?.digit !== digit) return false;
    this.#digits.pop();
    this.#onChange();
    return true;
  }

  /** The oldest digit, waiting at most `ms` milliseconds for one, by `wait`'s watch; `undefined` where none came. */
  async take(ms: number, signal: AbortSignal, wait = within): Promise<string | undefined> {
    signal.throwIfAborted();
    const waiting = this.#next();
    if (waiting !== undefined || ms <= 0) return waiting;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = this.onDigit(() => resolve());
    await wait(promise, ms, signal);
    return this.#next();
  }

  /** Calls the listener at every digit from now on; the digits stay for whoever takes them. */
  onDigit(listener: (digit: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #next(): string | undefined {
    const next = this.#digits.shift();
    if (next === undefined) return undefined;
    this.#tookHidden = next.isHidden;
    this.#onChange();
    return next.digit;
  }

  /** A signal that a digit aborts: one that waits to be taken at once, else the next one. */
  bargeIn(): Disposable & { readonly signal: AbortSignal } {
    const controller = new AbortController();
    if (this.#digits.length > 0) controller.abort();
    const listening = this.onDigit(() => controller.abort());
    return { signal: controller.signal, [Symbol.dispose]: () => listening[Symbol.dispose]() };
  }
}
