import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import { askToEnd } from './ask-to-end.ts';
import { hungUp } from './call-hung-up.ts';

/** A call, as far as it matters here. */
type Left = Parameters<typeof askToEnd>[0] & { readonly scope: Scope };

/** The hang-up of a call, from its beginning: nothing new may start then, though its scope has not ended. */
export class Leaving {
  readonly #call: Left;
  readonly #begun = new AbortController();
  #isWatched = false;

  constructor(call: Left) {
    this.#call = call;
  }

  /** Aborted as soon as it is under way, by whomever. */
  get signal(): AbortSignal {
    return this.#begun.signal;
  }

  /** Stops what runs, and sees to it that the channel really goes: at once, or where it is going already, in a while. */
  begin(grace = 0): void {
    this.over();
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#call.scope.spawn('hangup', async (signal) => {
      if (grace > 0) await sleep(grace, signal);
      await askToEnd(this.#call, signal);
    });
  }

  /** The channel is gone, however that came about. */
  over(): void {
    this.#begun.abort(hungUp);
  }
}
