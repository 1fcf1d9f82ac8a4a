import { LifetimeEnded } from './errors.ts';
import { LazySet } from './lazy-set.ts';
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
  /** Made when somebody first asks for the signal: of many an action nobody does. */
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;
  readonly #children = new LazySet<Scope>();
  readonly #tasks = new LazySet<Promise<unknown>>();
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
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#ended) this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  /** A shorter lifetime inside this one; of one that has ended, over before it begins. */
  child(options?: ChildOptions): Scope {
    const child = new Scope(this.#report, this);
    if (this.#ended) void child.close(this.#ended.reason);
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
    const takeBack = this.defer(() => within(stage.close(this.#ended?.reason), bound));
    stage.defer(takeBack);
    return stage;
  }

  /** Runs a task inside the lifetime. An error is reported, unless it only says that the lifetime has ended. */
  spawn(name: string, task: (signal: AbortSignal) => Promise<unknown>): void {
    if (this.#ended) return;
    const over = (): boolean => this.#tasks.delete(running);
    const running: Promise<unknown> = task(this.signal).then(over, (error: unknown) => {
      if (!this.#ended) this.#report(error, name);
      over();
    });
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
    this.#ended = { reason };
    this.#controller?.abort(reason);
    // At once in the children too; whoever closes it has gone on when the first clean-up runs.
    const { size } = this.#children;
    await (size > 0 ? Promise.all([...this.#children].map((child) => child.close(reason))) : undefined);
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
    for (let cleanup = this.#cleanups.pop(); cleanup; cleanup = this.#cleanups.pop()) {
      const running = this.#run(cleanup);
      if (running) await running;
    }
    this.#isEnded = true;
    if (this.#parent) this.#parent.#children.delete(this);
  }

  /** Most have nothing that is to be waited for. */
  #run(cleanup: Cleanup): Promise<unknown> | undefined {
    const failed = (error: unknown): void => this.#report(error, 'clean-up');
    try {
      const running = cleanup();
      return running instanceof Promise ? running.catch(failed) : undefined;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }
}
