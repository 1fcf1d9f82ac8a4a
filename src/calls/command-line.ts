import { LifetimeEnded } from '../core/errors.ts';
import { Semaphore } from '../core/semaphore.ts';

/** How many commands of a call may be under way or wait. */
export const longestCommandLine = 10;

const dropped = new LifetimeEnded('the call was redirected');

/** What is ordered of a call from outside, beside its flow: done one after the other, as it was accepted. */
export class CommandLine {
  /** Made with the first command: most calls get none. */
  #line: ReturnType<typeof emptyLine> | undefined;

  get isFull(): boolean {
    return (this.#line?.length ?? 0) >= longestCommandLine;
  }

  /**
   * Does it when all that was accepted before is done; not at all where everything is dropped first, which also ends what is
   * under way. Rejects with what the work throws, unless it was dropped.
   */
  async run(work: (dropped: AbortSignal) => Promise<unknown>): Promise<void> {
    this.#line ??= emptyLine();
    const line = this.#line;
    const { signal } = line.dropping;
    line.length++;
    try {
      await line.turn.run(async () => signal.aborted || (await work(signal)));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      line.length--;
    }
  }

  /** The call is for something else now. What is accepted from now on waits for nothing of it. */
  drop(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.dropping.abort(dropped);
  }
}

function emptyLine() {
  return { turn: new Semaphore(1), dropping: new AbortController(), length: 0 };
}
