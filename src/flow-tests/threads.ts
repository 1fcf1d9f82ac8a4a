import { availableParallelism } from 'node:os';
import { realClock } from '../core/clock.ts';
import { FairThread, Share } from '../core/fair-thread.ts';
import { programFile } from '../core/package-files.ts';
import type { TestJob } from './program.ts';
import type { TestRun } from './run-test.ts';

/** Fewer are done before a thread has begun. */
const worthwhile = 100;
/** So many are handed to a thread at a time. */
const portion = 20;
const megabytes = 1_024;
const day = 86_400_000;
/** No test computes longer than ten seconds. */
const limit = portion * 15_000;

export interface FileOfTests {
  readonly file: string;
  /** Of its tests, in their order. */
  readonly names: readonly string[];
}

/** Tests run by as many threads as there are processors. */
export class TestThreads implements AsyncDisposable {
  readonly #threads: readonly FairThread<TestJob, readonly TestRun[]>[];
  readonly #stopping = new AbortController();
  /** Threads by themselves keep no process alive. */
  readonly #staying = realClock.setTimer(day, () => undefined);
  /** What has been begun, by file: in order, as it is awaited. */
  readonly #files = new Map<string, readonly PromiseWithResolvers<readonly TestRun[]>[]>();

  private constructor(files: readonly FileOfTests[], count: number) {
    const program = programFile('flow-tests/program');
    this.#threads = Array.from({ length: count }, () => new FairThread({ program, megabytes }));
    const jobs = files.flatMap(({ file, names }) => {
      const portions = Array.from({ length: Math.ceil(names.length / portion) }, (_, index) => ({
        job: { file, names: names.slice(index * portion, (index + 1) * portion) },
        done: Promise.withResolvers<readonly TestRun[]>(),
      }));
      for (const { done } of portions) done.promise.catch(() => undefined); // whoever awaits it is told
      this.#files.set(
        file,
        portions.map(({ done }) => done),
      );
      return portions;
    });
    for (const thread of this.#threads) void this.#work(thread, jobs);
  }

  /** Nothing where one thread does as well. */
  static start(files: readonly FileOfTests[], count = availableParallelism()): TestThreads | undefined {
    const tests = files.reduce((sum, { names }) => sum + names.length, 0);
    return count > 1 && tests >= worthwhile ? new TestThreads(files, count) : undefined;
  }

  /** The tests of a file, in their order. @throws Error where a thread was lost */
  async *runsOf(file: string): AsyncGenerator<TestRun> {
    for (const { promise } of this.#files.get(file) ?? []) yield* await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('no test is run any more'));
    await Promise.all(this.#threads.map((thread) => thread.close()));
    realClock.clearTimer(this.#staying);
  }

  /** One portion after the other, the first that nobody has taken. */
  async #work(
    thread: FairThread<TestJob, readonly TestRun[]>,
    jobs: { readonly job: TestJob; readonly done: PromiseWithResolvers<readonly TestRun[]> }[],
  ): Promise<void> {
    const { signal } = this.#stopping;
    for (let next = jobs.shift(); next; next = jobs.shift())
      try {
        next.done.resolve(await thread.run(next.job, { share: new Share(), limit, signal }));
      } catch (error) {
        next.done.reject(error);
      }
  }
}
