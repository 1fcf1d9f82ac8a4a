import type { Config } from '../config/config.ts';
import { now } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { StopOrder } from '../daemon/stopping.ts';

/** What a signal asks for: to stop as it is configured, or at once and leaving the calls, for whoever starts the daemon anew. */
const meanings = { SIGTERM: 'as configured', SIGINT: 'as configured', SIGUSR2: 'leave' } as const;

/** A terminal and whoever started us tell us the same thing twice, this close together. */
const echoes = 1_000;

/** The signals of this process, from the first moment on. */
export class StopSignals {
  readonly #asked = new AbortController();
  readonly #hurried = new AbortController();
  readonly #log: Log;
  #askedAt = 0;
  #order: StopOrder;

  constructor({ stop, drain }: Pick<Config, 'stop' | 'drain'>, log: Log) {
    this.#log = log;
    this.#order = { how: stop, drain, hurry: this.#hurried.signal };
    for (const [name, meaning] of Object.entries(meanings))
      process.on(name, () => this.#hear(name, meaning === 'leave'));
  }

  /** Aborted by the first one; the next one ends the waiting. */
  get asked(): AbortSignal {
    return this.#asked.signal;
  }

  /** How to stop, once it is asked for. */
  get order(): StopOrder {
    return this.#order;
  }

  #hear(name: string, isToLeave: boolean): void {
    if (!this.asked.aborted) {
      this.#askedAt = now();
      this.#log.info({ signal: name }, 'stopping');
      if (isToLeave) this.#order = { ...this.#order, how: 'leave', drain: 0 };
      this.#asked.abort();
    } else if (!this.#hurried.signal.aborted && now() - this.#askedAt > echoes) {
      this.#log.info({ signal: name }, 'stopping_at_once');
      this.#hurried.abort();
    }
  }
}
