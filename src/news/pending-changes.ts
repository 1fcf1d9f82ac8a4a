import { Living } from '../core/living.ts';
import type { Completion } from '../flows/completion.ts';
import type { StoredRequest } from '../ports/later-requests.ts';
import type { PublishedEvent } from './events.ts';
import { type Live, liveKey } from './live.ts';
import type { NewDelivery } from './outbox.ts';

/** The consequences of the beginning or the end of an activeflow. */
export interface Consequences {
  /** To be made because it has ended. */
  readonly request?: StoredRequest | undefined;
  /** To be run because it has ended. */
  readonly completion?: Completion | undefined;
  /** The id of a completion that runs, or never will. */
  readonly completes?: string | undefined;
}

/** A new form of what lives, the events that tell of it, and what comes of it: what is written together or not at all. */
export interface Change extends Consequences {
  readonly live?: Live;
  readonly event?: PublishedEvent | undefined;
  /** The event that is told right behind it. */
  readonly followedBy?: PublishedEvent | undefined;
}

/** Whether something is to be written with it that a later form of its record does not stand for. */
export function isMoreThanRecord({ change, deliveries }: Pick<Waiting, 'change' | 'deliveries'>): boolean {
  const { request, completion, completes } = change;
  return deliveries.length > 0 || !!request || !!completion || completes !== undefined;
}

/** A change that is not committed yet. */
export interface Waiting {
  change: Change;
  /** Of the record in it. */
  readonly key: string | undefined;
  /** Its own number. */
  readonly number: number;
  /** The oldest change it stands for. */
  since: number;
  /** What its events are to those who subscribed when it happened: an attempt in doubt is repeated with the same ones. */
  readonly deliveries: readonly NewDelivery[];
}

/**
 * Changes in the order they were recorded. Those that nobody is told of and that have no consequences are kept in their latest
 * form only, and in its place: no record may be written before the events that led to it.
 */
export class PendingChanges {
  readonly #latest = new Living<string, Waiting>();
  /** By their numbers. */
  #waiting = new Living<number, Waiting>();
  #recorded = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** The number of the last change. */
  get recorded(): number {
    return this.#recorded;
  }

  add(change: Change, deliveries: readonly NewDelivery[] = []): void {
    const number = ++this.#recorded;
    const waiting: Waiting = { change, key: keyOf(change), number, since: number, deliveries };
    if (waiting.key !== undefined) {
      const before = this.#latest.get(waiting.key);
      if (before && this.#waiting.has(before.number) && !isMoreThanRecord(before))
        this.#supersede(before, waiting);
      this.#latest.set(waiting.key, waiting);
    }
    this.#waiting.set(number, waiting);
  }

  /** The first ones, to be given back by `settle` or `putBack`. */
  take(count: number): readonly Waiting[] {
    const taken = [...this.#waiting.values().take(count)];
    for (const { number } of taken) this.#waiting.delete(number);
    return taken;
  }

  /** They are committed. */
  settle(taken: readonly Waiting[]): void {
    for (const waiting of taken) {
      if (waiting.key !== undefined && this.#latest.get(waiting.key) === waiting)
        this.#latest.delete(waiting.key);
    }
  }

  /** They are not: back to the front, except where a newer form of the record makes one needless. */
  putBack(taken: readonly Waiting[]): void {
    const needed = taken.filter((waiting) => {
      const latest = waiting.key === undefined ? undefined : this.#latest.get(waiting.key);
      if (!latest || latest === waiting || isMoreThanRecord(waiting)) return true;
      latest.since = Math.min(latest.since, waiting.since);
      return false;
    });
    const others = [...this.#waiting.values()];
    this.#waiting = new Living();
    for (const waiting of [...needed, ...others]) this.#waiting.set(waiting.number, waiting);
  }

  /** States that are asked for when they are written are asked for now: what becomes of them from here on is not to be written. */
  fix(): void {
    for (const waiting of this.#waiting.values()) {
      const { live } = waiting.change;
      if (live) waiting.change = { ...waiting.change, live: fixed(live) };
    }
  }

  /** The latest form of a record that is not committed yet. */
  latest(key: string): Change | undefined {
    return this.#latest.get(key)?.change;
  }

  /** Whether a change up to this number waits. */
  hasUpTo(recorded: number): boolean {
    return this.#waiting.values().some(({ since }) => since <= recorded);
  }

  #supersede(before: Waiting, after: Waiting): void {
    after.since = before.since;
    this.#waiting.delete(before.number);
  }
}

function keyOf({ live }: Change): string | undefined {
  return live && liveKey(live.kind, live.record.id);
}

function fixed(live: Live): Live {
  const { state } = live;
  if (typeof state !== 'function') return live;
  try {
    const text = JSON.stringify(state());
    return { ...live, state: () => JSON.parse(text) } as Live; // of the same kind, as it will be written
  } catch {
    return live; // whoever writes it says so
  }
}
