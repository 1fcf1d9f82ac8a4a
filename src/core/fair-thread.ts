import { Worker } from 'node:worker_threads';
import { now } from './clock.ts';
import { after, orAbort } from './wait.ts';

/** What one of those who use a thread has had of it. */
export class Share {
  /** Milliseconds of its processor. */
  computed = 0;
  /** Milliseconds that its work took, with the time in the queue. */
  elapsed = 0;
}

/** Work was not done in its time: the message says what ran out of it. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
  /** What the work was at, in the program's words. */
  readonly at: string | undefined;

  constructor(message: string, at?: string) {
    super(message);
    this.at = at;
  }
}

/** The thread is no more, or takes nothing: it has run out of memory, or could not begin. */
export class ThreadLost extends Error {
  override readonly name = 'ThreadLost';
}

/**
 * What a program says to its thread: it can begin; what it is at; an answer, and the milliseconds of processor it took. `spent` are
 * all that it has had until then.
 */
export type Said<Answer> =
  | { readonly ready: true; readonly spent: number }
  | { readonly at: string }
  | { readonly answer: Answer; readonly computed: number; readonly spent: number };

export interface ThreadOptions {
  /** A module that calls `serve`. */
  readonly program: URL;
  /** Its `workerData`. */
  readonly given?: unknown;
  readonly megabytes: number;
}

export interface Wanted {
  readonly share: Share;
  /** How much of the processor the work may take, in milliseconds; on a machine that is busy it has ten times as long for that. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

interface Task<Job, Answer> extends Omit<Wanted, 'signal'> {
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** So much longer than its limit a piece of work may last. */
const longest = 10;
/** Whoever has not had its limit of the processor is looked at again no sooner. */
const shortestLook = 20;
const bootLimit = 30_000;
const patience = 30_000;
/** A thread that nobody has needed for so long goes. */
const idle = 60_000;
const mostWaiting = 1_000;

/**
 * A thread that does one piece of work after the other, for as many as want it. The next one is always of whoever has had least
 * (start-time fair queueing): a hundred pieces of one delay those of another by one at most. What takes longer than its
 * limit, or too much memory, takes the thread with it; the next one begins another.
 */
export class FairThread<Job, Answer> {
  readonly #options: ThreadOptions;
  readonly #waiting = new Set<Task<Job, Answer>>();
  /** Where each share is in the virtual time of the thread. */
  readonly #turns = new WeakMap<Share, number>();
  #now = 0;
  #running:
    | { readonly task: Task<Job, Answer>; readonly until: number; limit: Disposable; at?: string }
    | undefined;
  /** Milliseconds of the processor that the worker had had when it was given its work. */
  #spent = 0;
  #worker: Worker | undefined;
  #isReady = false;
  #bound: Disposable | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** @throws OutOfTime, ThreadLost; the signal's reason */
  async run(job: Job, { share, limit, signal }: Wanted): Promise<Answer> {
    signal.throwIfAborted();
    if (this.#waiting.size >= mostWaiting) throw new ThreadLost('too much is waiting to be read');
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const task = { job, share, limit, resolve, reject };
    const began = now();
    using _ = after(patience, () => this.#waiting.delete(task) && reject(new OutOfTime('no turn came')));
    this.#waiting.add(task);
    this.#next();
    try {
      return await orAbort(promise, signal);
    } finally {
      this.#waiting.delete(task);
      share.elapsed += now() - began;
    }
  }

  /** Ends the thread; the jobs that still wait are rejected. */
  async close(): Promise<void> {
    await this.#lose(new ThreadLost('the thread was closed'), true);
  }

  #next(): void {
    const task = this.#running ? undefined : this.#first();
    if (!task) return this.#running || this.#waiting.size > 0 ? undefined : this.#rest();
    this.#worker ??= this.#start();
    if (!this.#isReady) return;
    this.#bound?.[Symbol.dispose]();
    this.#waiting.delete(task);
    this.#now = this.#turnOf(task.share);
    const limit = after(task.limit, () => void this.#late(task));
    this.#running = { task, limit, until: now() + longest * task.limit };
    this.#worker.postMessage(task.job);
  }

  #first(): Task<Job, Answer> | undefined {
    return this.#waiting
      .values()
      .reduce<Task<Job, Answer> | undefined>(
        (best, task) => (best && this.#turnOf(best.share) <= this.#turnOf(task.share) ? best : task),
        undefined,
      );
  }

  /** Whoever has wanted nothing for a while has saved nothing for it. */
  #turnOf(share: Share): number {
    return Math.max(this.#now, this.#turns.get(share) ?? 0);
  }

  #start(): Worker {
    const { program, given, megabytes } = this.#options;
    const worker = new Worker(program, {
      workerData: given,
      execArgv: [], // options of the process (`--input-type`, `--inspect-brk`) are none of this thread's
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 16 },
    });
    worker.unref();
    worker.on('message', (said: Said<Answer>) => worker === this.#worker && this.#hear(said));
    worker.on('error', (cause) => worker === this.#worker && this.#broken(cause));
    worker.on('exit', () => worker === this.#worker && this.#broken(undefined));
    this.#bound = after(bootLimit, () => this.#broken(undefined));
    return worker;
  }

  #hear(said: Said<Answer>): void {
    if ('at' in said) {
      if (this.#running) this.#running.at = said.at;
      return;
    }
    this.#spent = said.spent;
    if ('answer' in said) this.#settle(said.computed)?.resolve(said.answer);
    else this.#ready();
    this.#next();
  }

  #ready(): void {
    this.#isReady = true;
    this.#worker?.unref(); // what was said before it ran, Node forgets
  }

  /** Whether it was at work all the time, or the machine had others to serve. */
  async #late(task: Task<Job, Answer>): Promise<void> {
    const usage = await this.#worker?.cpuUsage().catch(() => undefined);
    if (this.#running?.task !== task) return;
    const { until, at } = this.#running;
    const computed = usage ? (usage.user + usage.system) / 1_000 - this.#spent : task.limit;
    const left = Math.min(Math.max(task.limit - computed, shortestLook), until - now());
    if (computed < task.limit && left > 0) {
      this.#running.limit = after(left, () => void this.#late(task));
      return;
    }
    void this.#lose(new OutOfTime(`it took more than ${task.limit} ms`, at), false);
    this.#next();
  }

  /** A program that cannot even begin would be begun for ever. */
  #broken(cause: unknown): void {
    const message = this.#isReady ? 'it takes too much memory' : 'the thread could not begin';
    void this.#lose(new ThreadLost(message, { cause }), !this.#isReady);
    this.#next();
  }

  async #lose(error: Error, isAll: boolean): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    this.#bound?.[Symbol.dispose]();
    const { task } = this.#running ?? {};
    this.#settle(task?.limit ?? 0)?.reject(error);
    if (isAll) for (const waiting of this.#waiting) waiting.reject(error);
    if (isAll) this.#waiting.clear();
    await worker?.terminate();
  }

  /** The running job has ended: its share is charged for it. */
  #settle(computed: number): Task<Job, Answer> | undefined {
    if (!this.#running) return undefined;
    const { task, limit } = this.#running;
    this.#running = undefined;
    limit[Symbol.dispose]();
    task.share.computed += computed;
    this.#turns.set(task.share, this.#turnOf(task.share) + computed);
    return task;
  }

  #rest(): void {
    this.#bound?.[Symbol.dispose]();
    if (this.#worker) this.#bound = after(idle, () => void this.close());
  }
}
