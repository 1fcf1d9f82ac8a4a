import { now } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { StoreError, type StoreProblem } from '../core/store-error.ts';
import { orAbort, sleep } from '../core/wait.ts';
import type { Completion } from '../flows/completion.ts';
import type { EndRequest } from '../ports/later-requests.ts';
import type { Batch, BatchStore } from './batch.ts';
import type { PublishedEvent } from './events.ts';
import type { Kind } from './kinds.ts';
import { type Live, liveKey, type Written } from './live.ts';
import type { NewDelivery } from './outbox.ts';
import { type Change, PendingChanges, type Waiting } from './pending-changes.ts';

export interface RecorderOptions {
  /** How long changes are collected before they are committed together, in milliseconds. */
  readonly interval?: number;
  /** Pauses after failures, in milliseconds; the last one repeats. */
  readonly backOff?: readonly number[];
  readonly maxPending?: number;
  /** Changes in one transaction: what has piled up while the store was away is not turned into text all at once. */
  readonly portion?: number;
  /** What an event means to those who subscribed to it. */
  readonly deliveriesOf?: (events: readonly PublishedEvent[]) => readonly NewDelivery[];
  /** Deliveries were committed. */
  readonly onDeliveries?: () => void;
  /** A batch was to be committed; `duration` in milliseconds. */
  readonly onCommit?: (commit: { readonly isCommitted: boolean; readonly duration: number }) => void;
  /** Requests to be made were committed. */
  readonly onRequests?: () => void;
}

interface Flush {
  readonly upTo: number;
  /** Keys of the records that the store refused meanwhile. */
  readonly refused: Set<string>;
  readonly done: () => void;
}

/**
 * Takes what changes on the hot path and commits it behind it, with the deliveries of its events, in the order it happened:
 * a kill loses at most a suffix. While the store fails, changes wait here; new calls must be refused once `isSaturated`,
 * so what waits is bounded by the calls there are.
 */
export class Recorder {
  readonly #store: BatchStore;
  readonly #log: Log;
  readonly #options: Required<RecorderOptions>;
  readonly #stop = new AbortController();
  #isSealed = false;
  readonly #flushes = new Set<Flush>();
  readonly #pending = new PendingChanges();
  #inFlight: readonly Waiting[] = [];
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(store: BatchStore, log: Log, options: RecorderOptions = {}) {
    this.#store = store;
    this.#log = log;
    this.#options = { ...defaults, ...options };
  }

  /** Whether so much waits that the API and new calls must be refused. */
  get isSaturated(): boolean {
    return this.waiting >= this.#options.maxPending;
  }

  /** How many changes are not committed yet. */
  get waiting(): number {
    return this.#pending.size + this.#inFlight.length;
  }

  /** Whether so much waits that whoever makes changes without end must wait for it. */
  get isPressed(): boolean {
    return this.waiting >= this.#options.maxPending / 4;
  }

  /** Takes one change: its record, its event and its consequences are written together, or not at all. */
  record(change: Change): void {
    if (this.#isSealed) return;
    this.#pending.add(change);
    this.#running ??= this.#run();
  }

  /** An event as those get it who subscribed to it: to be committed by whoever writes what it tells of. */
  deliveriesOf(event: PublishedEvent | undefined): readonly NewDelivery[] {
    if (!event) return [];
    try {
      return this.#options.deliveriesOf([event]);
    } catch (error) {
      this.#log.error({ event: event.event.type, err: error }, 'event_not_sent');
      return [];
    }
  }

  /** Somebody else has committed deliveries. */
  written(): void {
    this.#options.onDeliveries();
  }

  /** The latest form of what lives, where it is not committed yet. */
  latest<K extends Kind>(kind: K, id: string): Live<K> | undefined {
    return this.#pending.latest(liveKey(kind, id))?.live as Live<K> | undefined; // its key has its kind
  }

  /** Resolves when everything recorded so far is committed, or refused for good; rejects only with the signal's reason. */
  async flush(signal?: AbortSignal): Promise<void> {
    await this.#flush(signal);
  }

  /** As `flush`, for what was recorded just now: resolves to false where the store has refused it, or nothing more is taken. */
  async flushOne(kind: Kind, id: string, signal?: AbortSignal): Promise<boolean> {
    if (this.#isSealed) return false;
    return !(await this.#flush(signal)).has(liveKey(kind, id));
  }

  /** What comes from now on is dropped: whoever goes on living here is heard by nobody. */
  seal(): void {
    if (!this.#isSealed) this.#pending.fix();
    this.#isSealed = true;
  }

  /** Commits what is left, for as long as the signal allows; what comes later is dropped. */
  async close(signal?: AbortSignal): Promise<void> {
    try {
      await this.flush(signal);
    } catch {
      this.#log.error({ changes: this.waiting }, 'changes_lost');
    } finally {
      this.seal();
      this.#stop.abort();
      await this.#running;
    }
  }

  async #flush(signal?: AbortSignal): Promise<ReadonlySet<string>> {
    const refused = new Set<string>();
    if (this.waiting === 0) return refused;
    const { promise, resolve } = Promise.withResolvers<void>();
    const flush: Flush = { upTo: this.#pending.recorded, refused, done: resolve };
    this.#flushes.add(flush);
    try {
      await (signal ? orAbort(promise, signal) : promise);
    } finally {
      this.#flushes.delete(flush);
    }
    return refused;
  }

  /** Runs while there is something to commit: one batch at a time, the next one collects meanwhile. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      while (this.#pending.size > 0) {
        await sleep(this.#pause(), signal);
        await this.#commitPortion();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#running = undefined;
    }
  }

  #pause(): number {
    const { interval, backOff, portion } = this.#options;
    if (this.#failures > 0) return backOff[Math.min(this.#failures, backOff.length) - 1] ?? interval;
    return this.#pending.size < portion ? interval : 0;
  }

  async #commitPortion(): Promise<void> {
    const taken = this.#pending.take(this.#options.portion);
    this.#inFlight = taken;
    for (const waiting of taken) waiting.deliveries ??= this.#deliveriesOf(waiting.change);
    const began = now();
    const problem = await this.#commit(taken);
    this.#options.onCommit({ isCommitted: problem === undefined, duration: now() - began });
    this.#inFlight = [];
    if (problem === undefined) this.#committed(taken);
    else this.#keep(taken, problem);
  }

  #committed(taken: readonly Waiting[]): void {
    if (this.#failures > 0) this.#log.info({ failures: this.#failures }, 'store_restored');
    this.#failures = 0;
    this.#pending.settle(taken);
    for (const flush of this.#flushes) if (!this.#pending.hasUpTo(flush.upTo)) flush.done();
    if (taken.some(({ deliveries }) => deliveries && deliveries.length > 0)) this.#options.onDeliveries();
    if (taken.some(({ change }) => change.request)) this.#options.onRequests();
  }

  #keep(taken: readonly Waiting[], problem: StoreProblem): void {
    if (this.#failures === 0) this.#log.error({ problem }, 'store_failed');
    this.#failures++;
    this.#pending.putBack(taken);
  }

  async #commit(taken: readonly Waiting[]): Promise<StoreProblem | undefined> {
    try {
      await this.#store.commit(this.#batchOf(taken));
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      return isAboutChange(problem) ? this.#commitSingly(taken) : problem;
    }
  }

  /** A change that the store will never take must not hold back all others. */
  async #commitSingly(taken: readonly Waiting[]): Promise<StoreProblem | undefined> {
    for (const waiting of taken) {
      try {
        await this.#store.commit(this.#batchOf([waiting]));
      } catch (error) {
        const problem = problemOf(error);
        if (!isAboutChange(problem)) return problem;
        const change = waiting.key ?? waiting.change.event?.event.type;
        this.#log.error({ change, err: error }, 'change_refused');
        if (waiting.key !== undefined) for (const { refused } of this.#flushes) refused.add(waiting.key);
      }
    }
    return undefined;
  }

  /** Of each record the latest form. */
  #batchOf(taken: readonly Waiting[]): Batch {
    const latest = new Map<string, Live>();
    const [deliveries, requests]: [NewDelivery[], EndRequest[]] = [[], []];
    const [completions, completed]: [Completion[], string[]] = [[], []];
    for (const { change, key, deliveries: told } of taken) {
      const { live, request, completion, completes } = change;
      if (live && key !== undefined) latest.set(key, live);
      if (told) deliveries.push(...told);
      if (request && live) requests.push({ ...request, activeflowId: live.record.id });
      if (completion) completions.push(completion);
      if (completes !== undefined) completed.push(completes);
    }
    const live = Array.from(latest.values(), (one) => this.#written(one));
    return { live, deliveries, requests, completions, completed };
  }

  #written({ kind, record, state }: Live): Written {
    if (state === undefined) return { kind, record } as Written; // of one kind, both
    try {
      const text = JSON.stringify(typeof state === 'function' ? state() : state);
      return { kind, record, state: text } as Written;
    } catch (error) {
      this.#log.error({ kind, id: record.id, err: error }, 'state_not_written');
      return { kind, record } as Written;
    }
  }

  #deliveriesOf({ event, followedBy }: Change): readonly NewDelivery[] {
    const deliveries = this.deliveriesOf(event);
    return followedBy ? [...deliveries, ...this.deliveriesOf(followedBy)] : deliveries;
  }
}

const defaults: Required<RecorderOptions> = {
  interval: 10,
  backOff: [100, 200, 500, 1_000, 2_000, 5_000],
  maxPending: 10_000,
  portion: 250,
  deliveriesOf: () => [],
  onDeliveries: () => undefined,
  onCommit: () => undefined,
  onRequests: () => undefined,
};

/** An error that is not the store's came from turning the record into a row. */
function problemOf(error: unknown): StoreProblem {
  return error instanceof StoreError ? error.problem : 'failed';
}

function isAboutChange(problem: StoreProblem): boolean {
  return problem === 'failed' || problem === 'conflict';
}
