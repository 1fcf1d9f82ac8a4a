import * as z from 'zod';
import { now } from '../core/clock.ts';
import { at } from '../core/wait.ts';
import { type Warned, warnOfEnd } from './end-warning.ts';

/** How long a call may last, as its flow says, or whoever ordered it. */
export interface TimeLimit {
  /** From its answer on, in milliseconds. */
  readonly duration: number;
  /** How long before the end its party is warned; 0: not at all. */
  readonly warning: number;
}

export const limitState = z.object({
  duration: z.number(),
  warning: z.number(),
  /** Since when it counts: not yet where missing. */
  since: z.number().optional(),
});

type LimitState = z.output<typeof limitState>;

/** A call, as far as it matters here. */
interface Limited extends Warned {
  readonly isUp: boolean;
  hangup(reason: 'timeout'): void;
  writeDown(): void;
}

/** How long a call lives: no longer than any may, nor, from its answer on, than it was given. */
export class Lifespan {
  /** The instant at which any call has lasted too long. */
  readonly until: number;
  readonly #call: Limited;
  readonly #onNear: () => void;
  #limit: LimitState | undefined;
  #end: Disposable;
  #warning: Disposable | undefined;

  /** `onNear` is called when its party is warned. */
  constructor(call: Limited, until: number, onNear: () => void) {
    this.#call = call;
    this.until = until;
    this.#onNear = onNear;
    this.#end = this.#endAt(until);
    call.scope.defer(() => this.#clear());
  }

  get limit(): LimitState | undefined {
    return this.#limit;
  }

  /** The newest one counts, from now on where the call is up. */
  set({ duration, warning }: TimeLimit): void {
    this.goOn({ duration, warning });
    if (this.#call.isUp) this.begin();
    this.#call.writeDown();
  }

  /** The call is answered. */
  begin(): void {
    if (this.#limit && this.#limit.since === undefined) this.goOn({ ...this.#limit, since: now() });
  }

  /** As it was before, where there was one. A warning that was due meanwhile is given no more. */
  goOn(limit: LimitState | undefined): void {
    if (!limit) return;
    this.#clear();
    this.#limit = limit;
    const { since, duration, warning } = limit;
    const end = since === undefined ? this.until : Math.min(this.until, since + duration);
    this.#end = this.#endAt(end);
    const isWarned = since !== undefined && warning > 0 && end - warning > Math.max(since, now());
    this.#warning = isWarned ? at(end - warning, () => this.#warn()) : undefined;
  }

  #endAt(instant: number): Disposable {
    return at(instant, () => this.#call.hangup('timeout'));
  }

  #clear(): void {
    this.#end[Symbol.dispose]();
    this.#warning?.[Symbol.dispose]();
  }

  #warn(): void {
    if (this.#call.hangupSignal.aborted) return;
    this.#onNear();
    warnOfEnd(this.#call);
  }
}
