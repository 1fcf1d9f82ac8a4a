import { now } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { StoreError } from '../core/store-error.ts';
import { sleep, within } from '../core/wait.ts';
import type { DaemonStore } from '../storage/daemon-store.ts';

export interface LeaseOptions {
  readonly store: Pick<DaemonStore, 'begin' | 'renew' | 'giveUp'>;
  /** The application of ours. */
  readonly app: string;
  readonly log: Pick<Log, 'error'>;
  /** Our calls are somebody else's by now: whatever we do from here on is done to what is his. */
  readonly onLost: () => void;
}

/** How long what a daemon owns stays its own once it says no more that it lives, in milliseconds. */
export const leaseLength = 10_000;

/** How often it says so. */
export const beat = 2_000;

/** How long the store may take to hear it: a store that says nothing twice in a row is not to be taken for a long sleep of ours. */
const patience = 3_000;

/** How long calls that a daemon has left wait for one in their own Asterisk. */
const afterLeaving = 60_000;

/**
 * What makes the calls, the agents on calls and the recordings of a daemon its own among those that share a database. While the
 * store is away nobody can take them, and it goes on; a daemon that has slept for longer than its lease asks before it does anything.
 */
export class Lease {
  readonly #options: LeaseOptions;
  /** When the last question was asked that has been answered, by the store or by its silence. */
  #asked: number;
  /** Since when the store has heard us in time, each time. */
  #steadySince: number | undefined;
  #renewing: Promise<boolean | undefined> | undefined;
  #isLost = false;
  #isGivenUp = false;

  private constructor(options: LeaseOptions, asked: number) {
    this.#options = options;
    this.#asked = asked;
    this.#steadySince = asked;
  }

  /** Held until the scope closes all that was started in it later. */
  static async begin(options: LeaseOptions, scope: Scope): Promise<Lease> {
    const asked = now();
    await options.store.begin(options.app, leaseLength);
    const lease = new Lease(options, asked);
    const stage = scope.stage(patience);
    stage.defer(() => lease.#giveUp('waits', 0));
    stage.spawn('lease', (signal) => lease.#keep(signal));
    return lease;
  }

  /**
   * Whether everybody else who lives has had the time to say so as well: after the store was away, all leases are over, and that
   * of a living one is not yet to be taken.
   */
  get isSteady(): boolean {
    return this.#steadySince !== undefined && this.#asked - this.#steadySince >= leaseLength;
  }

  /** Whether we may do anything to our calls; `undefined` means yes, and that is the answer but after a long sleep. */
  mayAct(): Promise<boolean> | undefined {
    if (!this.#isLost && !this.#isInDoubt) return undefined;
    return this.#beSure();
  }

  /** Whether the store says, when it is asked now, that what lives here is ours. */
  async confirm(): Promise<boolean> {
    await this.#renewing; // what was asked before says nothing of now
    return (await this.#renew()) === true;
  }

  /** When the last is written, and before the process ends: the calls are for whoever serves the application next. */
  async leave(): Promise<void> {
    await this.#giveUp('left', afterLeaving);
  }

  get #isInDoubt(): boolean {
    return now() - this.#asked > leaseLength;
  }

  async #beSure(): Promise<boolean> {
    while (!this.#isLost && this.#isInDoubt) await this.#renew();
    return !this.#isLost;
  }

  async #keep(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(beat, signal);
      await this.#renew();
    }
  }

  #renew(): Promise<boolean | undefined> {
    this.#renewing ??= this.#ask().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #ask(): Promise<boolean | undefined> {
    const asked = now();
    const isOurs = await this.#answer();
    const isInTime = isOurs === true && asked - this.#asked < leaseLength && now() - asked < leaseLength;
    this.#asked = asked;
    this.#steadySince = isInTime ? (this.#steadySince ?? asked) : undefined;
    if (isOurs === false && !this.#isLost && !this.#isGivenUp) {
      this.#isLost = true;
      this.#options.log.error({}, 'lease_lost');
      this.#options.onLost();
    }
    return isOurs;
  }

  /** Nothing where the store does not say. */
  async #answer(): Promise<boolean | undefined> {
    try {
      return await within(this.#options.store.renew(leaseLength), patience);
    } catch (error) {
      if (error instanceof StoreError) return undefined;
      throw error;
    }
  }

  async #giveUp(...how: Parameters<DaemonStore['giveUp']>): Promise<void> {
    if (this.#isLost || this.#isGivenUp) return;
    this.#isGivenUp = true;
    // Where the store is away it runs out by itself.
    await within(this.#options.store.giveUp(...how), patience).catch(() => undefined);
  }
}
