import type { CallRecord } from '../calls/call-record.ts';
import type { Log } from '../core/log.ts';
import { orAbort, sleep } from '../core/wait.ts';
import type { Batch, Store, StoredActiveflow } from './store.ts';
import { StoreError, type StoreProblem } from './store-error.ts';

export interface RecorderOptions {
  /** How long changes are collected before they are committed together, in milliseconds. */
  readonly interval?: number;
  /** Pauses after failures, in milliseconds; the last one repeats. */
  readonly backOff?: readonly number[];
  readonly maxPending?: number;
}

type Change =
  | { readonly kind: 'call'; readonly record: CallRecord }
  | { readonly kind: 'activeflow'; readonly stored: StoredActiveflow };

type Changes = ReadonlyMap<string, Change>;

interface Flush {
  readonly upTo: number;
  readonly done: () => void;
}

/**
 * Takes what changes on the hot path and commits it behind it: everything pending in one transaction, so that a kill loses
 * at most a suffix. Of a record only the latest form is written. While the store fails, changes wait here; new calls must
 * be refused once `isSaturated`, so what waits is bounded by the calls there are.
 */
export class Recorder {
  readonly #store: Pick<Store, 'commit'>;
  readonly #log: Log;
  readonly #interval: number;
  readonly #backOff: readonly number[];
  readonly #maxPending: number;
  readonly #stop = new AbortController();
  readonly #flushes = new Set<Flush>();
  #pending = new Map<string, Change>();
  #inFlight: Changes = new Map();
  #recorded = 0;
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(store: Pick<Store, 'commit'>, log: Log, options: RecorderOptions = {}) {
    this.#store = store;
    this.#log = log;
    this.#interval = options.interval ?? 5;
    this.#backOff = options.backOff ?? [100, 200, 500, 1_000, 2_000, 5_000];
    this.#maxPending = options.maxPending ?? 10_000;
  }

  /** Whether so much waits that the API and new calls must be refused. */
  get isSaturated(): boolean {
    return this.#waiting >= this.#maxPending;
  }

  recordCall(record: CallRecord): void {
    this.#record(`call/${record.id}`, { kind: 'call', record });
  }

  recordActiveflow(stored: StoredActiveflow): void {
    this.#record(`activeflow/${stored.record.id}`, { kind: 'activeflow', stored });
  }

  /** The latest form of a call that is not committed yet. */
  waitingCall(id: string): CallRecord | undefined {
    const change = this.#waitingChange(`call/${id}`);
    return change?.kind === 'call' ? change.record : undefined;
  }

  /** The latest form of an activeflow that is not committed yet. */
  waitingActiveflow(id: string): StoredActiveflow | undefined {
    const change = this.#waitingChange(`activeflow/${id}`);
    return change?.kind === 'activeflow' ? change.stored : undefined;
  }

  /** Resolves when everything recorded so far is committed; rejects only with the signal's reason. */
  async flush(signal?: AbortSignal): Promise<void> {
    if (this.#waiting === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const flush: Flush = { upTo: this.#recorded, done: resolve };
    this.#flushes.add(flush);
    try {
      await (signal ? orAbort(promise, signal) : promise);
    } finally {
      this.#flushes.delete(flush);
    }
  }

  /** Commits what is left, for as long as the signal allows; what comes later is dropped. */
  async close(signal?: AbortSignal): Promise<void> {
    try {
      await this.flush(signal);
    } catch {
      this.#log.error({ changes: this.#waiting }, 'changes_lost');
    } finally {
      this.#stop.abort();
      await this.#running;
    }
  }

  get #waiting(): number {
    return this.#pending.size + this.#inFlight.size;
  }

  #waitingChange(key: string): Change | undefined {
    return this.#pending.get(key) ?? this.#inFlight.get(key);
  }

  #record(key: string, change: Change): void {
    if (this.#stop.signal.aborted) return;
    this.#recorded++;
    this.#pending.set(key, change);
    this.#running ??= this.#run();
  }

  /** Runs while there is something to commit: one batch at a time, the next one collects meanwhile. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      while (this.#pending.size > 0) {
        await sleep(this.#pause(), signal);
        await this.#commitPending();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#running = undefined;
    }
  }

  #pause(): number {
    if (this.#failures === 0) return this.#interval;
    return this.#backOff[Math.min(this.#failures, this.#backOff.length) - 1] ?? this.#interval;
  }

  async #commitPending(): Promise<void> {
    const changes = this.#pending;
    const upTo = this.#recorded;
    this.#inFlight = changes;
    this.#pending = new Map();
    const problem = await this.#commit(changes);
    if (problem === undefined) this.#committed(upTo);
    else this.#keep(changes, problem);
    this.#inFlight = new Map();
  }

  #committed(upTo: number): void {
    if (this.#failures > 0) this.#log.info({ failures: this.#failures }, 'store_restored');
    this.#failures = 0;
    for (const flush of this.#flushes) if (flush.upTo <= upTo) flush.done();
  }

  /** Back to the front; where a record changed meanwhile, the newer form takes the older one's place. */
  #keep(changes: Changes, problem: StoreProblem): void {
    if (this.#failures === 0) this.#log.error({ problem }, 'store_failed');
    this.#failures++;
    this.#pending = new Map([...changes, ...this.#pending]);
  }

  async #commit(changes: Changes): Promise<StoreProblem | undefined> {
    try {
      await this.#store.commit(batchOf([...changes.values()]));
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      return isAboutChange(problem) ? this.#commitSingly(changes) : problem;
    }
  }

  /** A change that the store will never take must not hold back all others. */
  async #commitSingly(changes: Changes): Promise<StoreProblem | undefined> {
    for (const [change, value] of changes) {
      try {
        await this.#store.commit(batchOf([value]));
      } catch (error) {
        const problem = problemOf(error);
        if (!isAboutChange(problem)) return problem;
        this.#log.error({ change, err: error }, 'change_refused');
      }
    }
    return undefined;
  }
}

function batchOf(changes: readonly Change[]): Batch {
  return {
    calls: changes.flatMap((change) => (change.kind === 'call' ? [change.record] : [])),
    activeflows: changes.flatMap((change) => (change.kind === 'activeflow' ? [change.stored] : [])),
  };
}

/** What is not the store's error came from turning the record into a row. */
function problemOf(error: unknown): StoreProblem {
  return error instanceof StoreError ? error.problem : 'failed';
}

function isAboutChange(problem: StoreProblem): boolean {
  return problem === 'failed' || problem === 'conflict';
}
