import { now } from '../core/clock.ts';
import { LazySet } from '../core/lazy-set.ts';
import type { Log } from '../core/log.ts';
import { StoreError, type StoreProblem } from '../core/store-error.ts';
import { nextTurn, orAbort, sleep, within } from '../core/wait.ts';
import type { Completion } from '../flows/completion.ts';
import type { EndRequest } from '../ports/later-requests.ts';
import type { Batch, BatchStore } from './batch.ts';
import type { PublishedEvent } from './events.ts';
import { dataIn } from './fan-out.ts';
import type { Kind } from './kinds.ts';
import { type Live, liveKey, type Written } from './live.ts';
import type { NewDelivery } from './outbox.ts';
import { type Change, isMoreThanRecord, PendingChanges, type Waiting } from './pending-changes.ts';

export interface RecorderOptions {
  /** How long changes are collected before they are committed together, in milliseconds; twice as long where they come one upon another. */
  readonly interval?: number;
  /** Pauses after failures, in milliseconds; the last one repeats. */
  readonly backOff?: readonly number[];
  readonly maxPending?: number;
  /** Changes in one transaction: what has piled up while the store was away is not turned into text all at once. */
  readonly portion?: number;
  /** What an event means to those who subscribed to it. */
  readonly deliveriesOf?: (events: readonly PublishedEvent[]) => readonly NewDelivery[];
  /** Something has happened, whoever subscribed to it. */
  readonly onEvent?: (event: PublishedEvent) => void;
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
  readonly #flushes = new LazySet<Flush>();
  /** Resolved by the next one. */
  #flushed = Promise.withResolvers<void>();
  readonly #pending = new PendingChanges();
  #inFlight: readonly Waiting[] = [];
  #failures = 0;
  /** When the last commit was begun. */
  #beganAt = 0;
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
    const deliveries = this.#deliveriesOf(change);
    for (const event of [change.event, change.followedBy]) if (event) this.#options.onEvent(event);
    if (!change.live && !isMoreThanRecord({ change, deliveries })) return; // nobody wants to know
    this.#pending.add(change, deliveries);
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

  /** Somebody else has committed what an event tells of, with its deliveries. */
  written(event?: PublishedEvent): void {
    if (event) this.#options.onEvent(event);
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
    this.#flushed.resolve();
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
        await this.#collect(signal);
        await this.#commitPortion();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#running = undefined;
    }
  }

  /** Whoever waits for a commit is not kept waiting, unless the store has just failed. */
  async #collect(signal: AbortSignal): Promise<void> {
    const { interval, backOff } = this.#options;
    if (this.#failures > 0)
      return sleep(backOff[Math.min(this.#failures, backOff.length) - 1] ?? interval, signal);
    if (this.#flushes.size === 0) await within(this.#flushed.promise, this.#pause(), signal);
    if (this.#flushes.size > 0) await nextTurn(); // with what else this one brings
    this.#flushed = Promise.withResolvers();
  }

  #pause(): number {
    const { interval, portion } = this.#options;
    if (this.#pending.size >= portion) return 0;
    return Math.min(Math.max(this.#beganAt + 2 * interval - now(), interval), 2 * interval);
  }

  async #commitPortion(): Promise<void> {
    const taken = this.#pending.take(this.#options.portion);
    this.#inFlight = taken;
    this.#beganAt = now();
    const problem = await this.#commit(taken);
    this.#options.onCommit({ isCommitted: problem === undefined, duration: now() - this.#beganAt });
    this.#inFlight = [];
    if (problem === undefined) this.#committed(taken);
    else this.#keep(taken, problem);
  }

  #committed(taken: readonly Waiting[]): void {
    if (this.#failures > 0) this.#log.info({ failures: this.#failures }, 'store_restored');
    this.#failures = 0;
    this.#pending.settle(taken);
    for (const flush of this.#flushes) if (!this.#pending.hasUpTo(flush.upTo)) flush.done();
    if (taken.some(({ deliveries }) => deliveries.length > 0)) this.#options.onDeliveries();
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
    const latest = new Map<string, Waiting>();
    const [deliveries, requests]: [NewDelivery[], EndRequest[]] = [[], []];
    const [completions, completed]: [Completion[], string[]] = [[], []];
    for (const waiting of taken) {
      const { live, request, completion, completes } = waiting.change;
      if (waiting.key !== undefined) latest.set(waiting.key, waiting);
      deliveries.push(...waiting.deliveries);
      if (request && live) requests.push({ ...request, activeflowId: live.record.id });
      if (completion) completions.push(completion);
      if (completes !== undefined) completed.push(completes);
    }
    const live: Written[] = [];
    for (const { change, deliveries: told } of latest.values())
      if (change.live) live.push(this.#written(change.live, textIn(change, told)));
    return { live, deliveries, requests, completions, completed };
  }

  #written(live: Live, text: string | undefined): Written {
    const { kind, record } = live;
    return { kind, record, text, state: this.#stateOf(live) } as Written; // of one kind, all
  }

  #stateOf({ kind, record, state }: Live): string | undefined {
    if (state === undefined) return undefined;
    try {
      return JSON.stringify(typeof state === 'function' ? state() : state);
    } catch (error) {
      this.#log.error({ kind, id: record.id, err: error }, 'state_not_written');
      return undefined;
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
  onEvent: () => undefined,
  onDeliveries: () => undefined,
  onCommit: () => undefined,
  onRequests: () => undefined,
};

/** The record of a change as JSON, where its event has told all of it: what was turned into text once is not again. */
function textIn({ live, event }: Change, [told]: readonly NewDelivery[]): string | undefined {
  if (!live || !told || event?.event.data !== live.record || event.event.type !== told.type) return undefined;
  return dataIn(told);
}

/** An error that is not the store's came from turning the record into a row. */
function problemOf(error: unknown): StoreProblem {
  return error instanceof StoreError ? error.problem : 'failed';
}

function isAboutChange(problem: StoreProblem): boolean {
  return problem === 'failed' || problem === 'conflict';
}
