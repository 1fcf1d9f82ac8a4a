import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import type { Candidate, HuntOptions, LegEnd } from '../calls/hunt.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { CallActionContext } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';
import type { ConnectProgress } from './connect-progress.ts';

/** How each leg is called. */
export interface LegOptions {
  readonly source: Address;
  readonly callerName?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long it may ring, in milliseconds. */
  readonly timeout: number;
  /** How often a redirection of a callee's is followed; never unless given. */
  readonly redirects?: number | undefined;
}

/** The legs of one connect, and what of them was refused. */
export class Legs {
  readonly #context: CallActionContext;
  readonly #options: LegOptions;
  readonly #progress: ConnectProgress;
  #made = 0;

  constructor(context: CallActionContext, options: LegOptions, progress: ConnectProgress) {
    this.#context = context;
    this.#options = options;
    this.#progress = progress;
  }

  /** Whom to hunt: all, but whose leg has ended before a daemon died, or was refused. */
  async candidates(
    onLeg: (leg: Call) => void,
  ): Promise<Pick<HuntOptions, 'failed'> & { readonly candidates: readonly Candidate[] }> {
    const { destinations, since, refused } = this.#progress.at;
    const candidates: Candidate[] = [];
    let failed: LegEnd | undefined;
    for (const [place, destination] of destinations.entries()) {
      if (refused.some((refusal) => refusal.place === place)) continue;
      const end = await this.#endOf(place);
      if (end) {
        this.#made++;
        failed = end;
      } else {
        const delay = Math.max(0, since + (destination.delay ?? 0) - now());
        candidates.push({ delay, dial: () => this.#dial(place, destination, onLeg) });
      }
    }
    return { candidates, failed };
  }

  /** The leg that had answered when a daemon died, or how it has ended; without a reason where it was sent elsewhere. */
  async answered(callId: string): Promise<Call | LegEnd> {
    const { call, ports } = this.#context;
    const leg = call.legs.find(({ id }) => id === callId);
    if (leg) return this.#keep(leg);
    const { reason = '', sipCode = 0, cause = 0 } = (await ports.calls.endOf(callId)) ?? {};
    return { callId, reason, sipCode, cause };
  }

  /** One refused beside others is an event of its own; where all are, the action fails of it. */
  reportRefused(): void {
    const refused = this.#progress.at.refused.map(({ code, message }) => new ActionError(code, message));
    const [first] = refused;
    if (first && this.#made === 0) throw first;
    for (const refusal of refused) tellFailure(this.#context, refusal);
  }

  #idOf(place: number): string {
    return this.#context.uuid('call', place);
  }

  async #endOf(place: number): Promise<LegEnd | undefined> {
    if (!this.#progress.isAgain) return undefined;
    const callId = this.#idOf(place);
    const end = await this.#context.ports.calls.endOf(callId);
    return end && !end.isLive ? { ...end, callId } : undefined;
  }

  #dial(place: number, destination: Address, onLeg: (leg: Call) => void): Call | undefined {
    const { call, ports } = this.#context;
    const { type, target, target_name, name, detail } = destination;
    try {
      const leg = ports.outgoing.ring({
        ...this.#options,
        callId: this.#idOf(place),
        destination: { type, target, target_name, name, detail },
        referredBy: call.referral.by,
        master: call,
        onFailed: (error) => tellFailure(this.#context, error),
      });
      this.#made++;
      onLeg(this.#keep(leg));
      return leg;
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      const { code, message } = error;
      const { refused } = this.#progress.at;
      this.#progress.note({ refused: [...refused, { place, code, message }] });
      return undefined;
    }
  }

  /** It ends with the action. */
  #keep(leg: Call): Call {
    this.#context.scope.defer(() => leg.hangupAsLeg());
    return leg;
  }
}
