import { LifetimeEnded } from './errors.ts';
import { orAbort } from './wait.ts';

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** What several want at the same time is made once, and given up when nobody wants it any more. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** How many are being made. */
  get size(): number {
    return this.#flights.size;
  }

  /** What `make` makes, or what is being made under this key already; rejects with the signal's reason when aborted. */
  async run(key: string, make: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, make);
    flight.waiting++;
    try {
      return await orAbort(flight.result, signal);
    } finally {
      if (--flight.waiting === 0) this.#end(key, flight);
    }
  }

  #start(key: string, make: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight = { result: make(controller.signal), controller, waiting: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  #end(key: string, flight: Flight<T>): void {
    // Nobody may join what is being given up.
    this.#flights.delete(key);
    flight.controller.abort(unwanted);
  }
}

const unwanted = new LifetimeEnded('nobody waits for it any more');
