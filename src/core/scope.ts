import { LifetimeEnded } from './errors.ts';
import { onAbort, within } from './wait.ts';

type Cleanup = () => unknown;

/** What a scope does with an error nobody is left to catch. */
export type ReportError = (error: unknown, where: string) => void;

export interface ChildOptions {
  /** The child also ends when this signal is aborted, with its reason. */
  readonly until?: AbortSignal | undefined;
}

/**
 * A lifetime. What is started in a scope never outlives it: closing aborts the signal, closes the children, waits for the
 * tasks and then runs the clean-ups and closes the stages, newest first. Clean-ups run after the abort and must bound
 * themselves.
 */
export class Scope {
  readonly #controller = new AbortController();
  readonly #children = new Set<Scope>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #cleanups: Cleanup[] = [];
  readonly #report: ReportError;
  readonly #parent: Scope | undefined;
  #until: Disposable | undefined;
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
  child(options?: ChildOptions): Scope {
    const child = new Scope(this.#report, this);
    if (this.signal.aborted) void child.close(this.signal.reason);
    else this.#children.add(child);
    if (options?.until) child.#endWith(options.until);
    return child;
  }

  /**
   * A lifetime inside this one that goes on when this one is aborted, because what is registered later still needs it. It is
   * closed in its turn among the clean-ups, newest first; after `bound` milliseconds the next one does not wait for it.
   */
  stage(bound: number): Scope {
    const stage = new Scope(this.#report);
    const takeBack = this.defer(() => within(stage.close(this.signal.reason), bound));
    stage.defer(takeBack);
    return stage;
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

  #endWith(until: AbortSignal): void {
    if (this.#closing) return;
    this.#until = onAbort(until, () => void this.close(until.reason));
  }

  async #close(reason: unknown): Promise<void> {
    this.#until?.[Symbol.dispose]();
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
