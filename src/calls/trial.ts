import { onAbort } from '../core/wait.ts';
import type { HangupReason } from './call-record.ts';
import type { Refusal } from './refusal.ts';

/** Why nobody has taken a call, as far as it is known. */
export interface Untaken {
  readonly reason?: HangupReason;
  /** The SIP response of whoever was called last; 0 where there was none. */
  readonly sipCode?: number;
  /** Of the action that failed. */
  readonly code?: string;
}

/** A call, as far as it matters here. */
interface Tried {
  readonly hangupSignal: AbortSignal;
  readonly referral: { readonly trial: Trial | undefined; begin(trial: Trial): void };
  hangup(reason: HangupReason, cause?: number, refusal?: Refusal): void;
}

export type TrialEnd =
  | { readonly came: 'taken' }
  | { readonly came: 'to nothing'; readonly why: Untaken }
  | { readonly came: 'too late' };

/** Its flow is through with a call: hangs up, unless whoever sent it there takes it back. Whether it hangs up. */
export function dismiss(
  call: Tried,
  reason: HangupReason,
  ...[cause, refusal]: readonly [cause?: number, refusal?: Refusal]
): boolean {
  if (!call.hangupSignal.aborted && call.referral.trial?.givenBack(reason, refusal?.code)) return false;
  call.hangup(reason, cause, refusal);
  return true;
}

/**
 * A call that was sent to a flow by somebody who wants to know what comes of it. It is taken when the flow answers it, as it
 * would answer whoever dials that number; until then a flow that is through with it gives it back, where it is taken back.
 */
export class Trial {
  readonly #end = Promise.withResolvers<TrialEnd>();
  readonly #isTakenBack: () => boolean;
  readonly #onBegun: () => void;
  #why: Untaken = {};
  #came: TrialEnd['came'] | undefined;

  /** `onBegun` is called in the moment in which the call is where it was sent. */
  constructor(isTakenBack: () => boolean, onBegun: () => void = () => undefined) {
    this.#isTakenBack = isTakenBack;
    this.#onBegun = onBegun;
  }

  /** Begins with a call. */
  begin(call: Tried): void {
    call.referral.begin(this);
    onAbort(call.hangupSignal, () => this.over());
    this.#onBegun();
  }

  get end(): Promise<TrialEnd> {
    return this.#end.promise;
  }

  /** Somebody, or something, at that number has it. */
  taken(): void {
    this.#settle({ came: 'taken' });
  }

  /** The call is gone, or has been waited for long enough. */
  over(): void {
    this.#settle({ came: 'too late' });
  }

  /** Something was tried in vain; the flow may have more to try. */
  tried(why: Untaken): void {
    this.#why = why;
  }

  /** The flow is through with it. False where nobody takes it back. */
  givenBack(reason: HangupReason, sipCode?: number): boolean {
    const chosen = { ...(reason !== 'normal' && { reason }), ...(sipCode !== undefined && { sipCode }) };
    if (this.#came === undefined && this.#isTakenBack())
      this.#settle({ came: 'to nothing', why: { ...this.#why, ...chosen } });
    else this.over();
    return this.#came === 'to nothing';
  }

  #settle(end: TrialEnd): void {
    this.#came ??= end.came;
    this.#end.resolve(end);
  }
}
