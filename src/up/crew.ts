import { keepRunning, type Program } from './keep-running.ts';

/** The programs that `up` keeps running. */
export class Crew {
  /** Rejects when one of them cannot be kept running; never resolves. */
  readonly failed: Promise<never>;
  readonly #fail: (error: unknown) => void;
  readonly #report: (line: string) => void;
  readonly #endings: (() => Promise<void>)[] = [];

  constructor(report: (line: string) => void) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.failed = promise;
    this.#fail = reject;
    this.#report = report;
  }

  /** Starts a program; resolves when it is ready for the first time. */
  add(program: Program): Promise<void> {
    const ready = Promise.withResolvers<void>();
    const ending = new AbortController();
    const reporting = { report: this.#report, onReady: ready.resolve };
    const running = keepRunning(program, reporting, ending.signal);
    running.catch(this.#fail);
    this.#endings.push(() => {
      ending.abort();
      return running.catch(() => undefined);
    });
    return Promise.race([ready.promise, this.failed]);
  }

  /** Ends them, the last one first. */
  async end(): Promise<void> {
    for (let end = this.#endings.pop(); end; end = this.#endings.pop()) await end();
  }
}
