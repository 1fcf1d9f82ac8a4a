import type { Log } from '../core/log.ts';
import { StoreError } from '../core/store-error.ts';
import type { DaemonStore, KnownDaemon, Taken } from '../storage/daemon-store.ts';
import type { Lease } from './lease.ts';

export interface TurnOptions {
  readonly store: Pick<DaemonStore, 'all' | 'attach' | 'take'>;
  readonly lease: Pick<Lease, 'isSteady'>;
  readonly app: string;
  /** Which Asterisk is there. @throws AriError */
  readonly asterisk: (signal: AbortSignal) => Promise<string>;
  /** Takes on what lived in a daemon that served our application there, before Asterisk says anything of it. */
  readonly adopt: (taken: Taken) => Promise<void>;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * Whose turn it is to serve an application of an Asterisk. That belongs to one WebSocket at a time, and a second one would take it
 * from the first in the middle of its calls: so the second daemon waits until the first has died, or has left its calls to it.
 */
export class Turn {
  readonly #options: TurnOptions;
  /** The Asterisk in which the application is ours. */
  #served: string | undefined;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** Why we must not connect now; nothing where we may. @throws AriError */
  async obstacle(signal: AbortSignal): Promise<string | undefined> {
    const asterisk = await this.#options.asterisk(signal);
    if (asterisk === this.#served) return undefined;
    try {
      const isOurs = await this.#claim(asterisk);
      this.#served = isOurs ? asterisk : undefined;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // Whoever serves when the store goes away goes on, also where Asterisk has started again meanwhile.
      if (this.#served === undefined) return 'the store does not say who serves the application';
    }
    if (this.#served !== undefined) return undefined;
    return `another daemon serves the application ${this.#options.app}: this one waits for its turn`;
  }

  async #claim(asterisk: string): Promise<boolean> {
    const { store, app, adopt, log } = this.#options;
    const isBefore = (other: KnownDaemon): boolean =>
      !other.isOurs && other.app === app && other.asterisk === asterisk && other.status !== 'waits';
    for (const before of (await store.all()).filter(isBefore)) {
      const taken = this.#isOver(before) ? await store.take(before.id, { asterisk }) : undefined;
      if (!taken) return this.#wait(asterisk);
      log.warn({ instance: before.id }, 'daemon_succeeded');
      await adopt(taken);
    }
    return (await store.attach(asterisk, 'serves')) || this.#wait(asterisk);
  }

  #isOver({ status, hasLapsed }: KnownDaemon): boolean {
    return status === 'left' || (hasLapsed && this.#options.lease.isSteady);
  }

  async #wait(asterisk: string): Promise<false> {
    await this.#options.store.attach(asterisk, 'waits');
    return false;
  }
}
