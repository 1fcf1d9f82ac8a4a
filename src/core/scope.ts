import { LifetimeEnded } from './errors.ts';

type Cleanup = () => unknown;

/** What a scope does with an error nobody is left to catch. */
export type ReportError = (error: unknown, where: string) => void;

/**
 * A lifetime. What is started in a scope never outlives it: closing aborts the signal, closes the children, waits for the
 * tasks and then runs the clean-ups, newest first. Clean-ups run after the abort and must bound themselves.
 */
export class Scope {
  readonly #controller = new AbortController();
  readonly #children = new Set<Scope>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #cleanups: Cleanup[] = [];
  readonly #report: ReportError;
  readonly #parent: Scope | undefined;
  #closing: Promise<void> | undefined;
  #isEnded = false;

  constructor(report: ReportError, parent?: Scope) {
    this.#report = report;
    this.#parent = parent;
  }

  /** Aborted when the scope closes; its reason is why. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A shorter lifetime inside this one; of one that has ended, over before it begins. */
  child(): Scope {
    const child = new Scope(this.#report, this);
    if (this.signal.aborted) void child.close(this.signal.reason);
    else this.#children.add(child);
    return child;
  }

  /** Runs a task inside the lifetime. An error is reported, unless it only says that the lifetime has ended. */
  spawn(name: string, task: (signal: AbortSignal) => Promise<unknown>): void {
    if (this.signal.aborted) return;
    const running: Promise<void> = task(this.signal)
      .then(
        () => undefined,
        (error: unknown) => {
          if (!this.signal.aborted) this.#report(error, name);
        },
      )
      .finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }

  /** Registers a clean-up; on a scope that has ended it runs at once. Returns a function that takes the clean-up back. */
  defer(cleanup: Cleanup): () => void {
    if (this.#isEnded) {
      void this.#run(cleanup);
      return () => undefined;
    }
    this.#cleanups.push(cleanup);
    return () => {
      const index = this.#cleanups.lastIndexOf(cleanup);
      if (index >= 0) this.#cleanups.splice(index, 1);
    };
  }

  /** Ends the lifetime, once; later calls wait for the first. Never rejects. */
  close(reason: unknown = new LifetimeEnded('scope closed')): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: unknown): Promise<void> {
    this.#controller.abort(reason);
    await Promise.all([...this.#children].map((child) => child.close(reason)));
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
    for (let cleanup = this.#cleanups.pop(); cleanup; cleanup = this.#cleanups.pop())
      await this.#run(cleanup);
    this.#isEnded = true;
    if (this.#parent) this.#parent.#children.delete(this);
  }

  async #run(cleanup: Cleanup): Promise<void> {
    try {
      await cleanup();
    } catch (error) {
      this.#report(error, 'clean-up');
    }
  }
}
