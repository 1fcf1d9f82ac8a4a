import { ActionError } from '../core/errors.ts';
import { Rate } from '../core/rate.ts';

export interface OutboundLimitsOptions {
  /** Calls begun in any second. */
  readonly perSecond: number;
  /** Calls at once. */
  readonly concurrent: number;
}

/** How many calls go out: what a flow that runs wild, or a stolen token, can cost is bounded. */
export class OutboundLimits {
  readonly #options: OutboundLimitsOptions;
  readonly #rate: Rate;
  #live = 0;

  constructor(options: OutboundLimitsOptions) {
    this.#options = options;
    this.#rate = new Rate(options.perSecond);
  }

  /** Whether there is room for so many more. @throws ActionError `TOO_MANY_CALLS` or `CALLS_TOO_FAST` */
  check(count: number): void {
    const { perSecond, concurrent } = this.#options;
    if (this.#live + count > concurrent)
      throw new ActionError(
        'TOO_MANY_CALLS',
        `there are ${concurrent} outgoing calls (ARIFLOW_OUTBOUND_CONCURRENT)`,
      );
    if (!this.#rate.hasRoom(count))
      throw new ActionError(
        'CALLS_TOO_FAST',
        `more than ${perSecond} calls in a second (ARIFLOW_OUTBOUND_CPS)`,
      );
  }

  /** Takes a place, to be given back when the call is over. @throws ActionError as `check` does */
  take(): () => void {
    this.check(1);
    this.#rate.take();
    return this.keep();
  }

  /** Likewise of a call that there is already: nobody begins it now. */
  keep(): () => void {
    this.#live++;
    let isBack = false;
    return () => {
      if (!isBack) this.#live--;
      isBack = true;
    };
  }
}
