interface Waiter<E> {
  readonly matches: (event: E) => boolean;
  readonly resolve: (event: E) => void;
}

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
  readonly #waiters = new Map<string, Set<Waiter<Event>>>();

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
    type E = Extract<Event, { type: T }>;
    const { promise, resolve, reject } = Promise.withResolvers<E>();
    // Whoever disposes of an expectation without awaiting it must not cause an unhandled rejection.
    promise.catch(() => undefined);
    // A waiter is only ever given events of the type it is filed under.
    const waiter = { matches, resolve } as unknown as Waiter<Event>;
    const stop = (): void => {
      dispose();
      reject(signal.reason);
    };
    const dispose = (): void => {
      signal.removeEventListener('abort', stop);
      const waiters = this.#waiters.get(type);
      if (waiters?.delete(waiter) && waiters.size === 0) this.#waiters.delete(type);
    };
    if (signal.aborted) reject(signal.reason);
    else {
      signal.addEventListener('abort', stop, { once: true });
      this.#file(type, waiter);
    }
    return { event: promise, [Symbol.dispose]: dispose };
  }

  /** Gives the event to all who wait for it. */
  deliver(event: Event): void {
    const waiters = this.#waiters.get(event.type);
    if (!waiters) return;
    for (const waiter of waiters) if (waiter.matches(event)) waiter.resolve(event);
  }

  #file(type: string, waiter: Waiter<Event>): void {
    const waiters = this.#waiters.get(type);
    if (waiters) waiters.add(waiter);
    else this.#waiters.set(type, new Set([waiter]));
  }
}
