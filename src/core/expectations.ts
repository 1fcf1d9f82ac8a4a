import { LazyMap } from './lazy-map.ts';

/** A wait registered before the request that will cause the event. */
export interface Expectation<E> extends Disposable {
  /** The first matching event; rejects with the signal's reason. */
  readonly event: Promise<E>;
}

/**
 * Who waits for which event. Expect first, act then: an event may overtake the response to its own request.
 * Delivery is synchronous and costs one map lookup where nobody waits.
 */
export class Expectations<Event extends { readonly type: string }> {
  readonly #waiters: Waiters<Event> = new LazyMap();

  /** How many waits are registered; zero once a lifetime is over. */
  get size(): number {
    let size = 0;
    for (const waiters of this.#waiters.values()) size += waiters.size;
    return size;
  }

  expect<T extends Event['type']>(
    type: T,
    matches: (event: Extract<Event, { type: T }>) => boolean,
    signal: AbortSignal,
  ): Expectation<Extract<Event, { type: T }>> {
    const waiter = new Waiter<Extract<Event, { type: T }>>(type, matches, signal, this.#waiters);
    waiter.begin();
    return waiter;
  }

  /** Gives the event to all who wait for it. */
  deliver(event: Event): void {
    const waiters = this.#waiters.get(event.type);
    if (!waiters) return;
    for (const waiter of waiters) waiter.deliver(event);
  }
}

/** By the type of what they wait for: a waiter is only ever given events of that. */
type Waiters<Event> = LazyMap<string, Set<Waiter<Event>>>;

/** Listens to its signal itself: there is one for each wait, and functions for it would be more than it is. */
class Waiter<E> implements Expectation<E> {
  readonly #type: string;
  readonly #matches: (event: E) => boolean;
  readonly #signal: AbortSignal;
  readonly #waiters: Waiters<E>;
  readonly #come = Promise.withResolvers<E>();

  constructor(type: string, matches: (event: E) => boolean, signal: AbortSignal, waiters: unknown) {
    this.#type = type;
    this.#matches = matches;
    this.#signal = signal;
    this.#waiters = waiters as Waiters<E>; // filed under its type
    // Whoever disposes of an expectation without awaiting it must not cause an unhandled rejection.
    this.#come.promise.catch(ignore);
  }

  get event(): Promise<E> {
    return this.#come.promise;
  }

  begin(): void {
    if (this.#signal.aborted) return this.#come.reject(this.#signal.reason);
    this.#signal.addEventListener('abort', this, { once: true });
    const waiters = this.#waiters.get(this.#type);
    if (waiters) waiters.add(this);
    else this.#waiters.set(this.#type, new Set([this]));
  }

  deliver(event: E): void {
    if (this.#matches(event)) this.#come.resolve(event);
  }

  /** The signal is aborted. */
  handleEvent(): void {
    this[Symbol.dispose]();
    this.#come.reject(this.#signal.reason);
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this);
    const waiters = this.#waiters.get(this.#type);
    if (waiters?.delete(this) && waiters.size === 0) this.#waiters.delete(this.#type);
  }
}

function ignore(): void {}
