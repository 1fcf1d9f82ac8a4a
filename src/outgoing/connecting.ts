import type { Address } from '../calls/address.ts';
import { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import type { HangupReason } from '../calls/call-record.ts';
import { conversation } from '../calls/conversation.ts';
import { causeOf, causeOfSip } from '../calls/hangup-cause.ts';
import { type Candidate, endOf, hunt, type LegEnd } from '../calls/hunt.ts';
import { RingBack } from '../calls/ring-back.ts';
import { dismiss } from '../calls/trial.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import type { CallActionContext, Outcome } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';

/** Whom to connect a caller to, and how. */
export interface Connecting {
  readonly destinations: readonly (Address & { readonly delay?: number })[];
  readonly method: 'ringall' | 'linear';
  readonly source: Address;
  readonly callerName?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long each leg may ring, in milliseconds. */
  readonly timeout: number;
  /** How long they may talk, in milliseconds; 0 = as long as they like. */
  readonly duration: number;
  readonly earlyMedia: boolean;
  readonly relayReason: boolean;
  /** How often a redirection of a callee's is followed; never unless given. */
  readonly redirects?: number | undefined;
}

/** How long the end of a leg that has left may take to be told. */
const endPatience = 3_000;

/**
 * Rings the destinations, lets caller and callee talk, and says in `voipbin.connect.*` what came of it. Legs and bridge live
 * in the action's scope: whoever hangs up, nothing is left.
 * @throws ActionError where no destination may be called, with the reason of the first
 */
export async function connect(context: CallActionContext, wanted: Connecting): Promise<Outcome> {
  const { call, id, scope, signal } = context;
  const legs = new Legs(context, wanted);
  notConnected(context);
  if (wanted.destinations.length === 0) throw new ActionError('NO_ADDRESS', 'there is no address to call');
  const bridge = await Bridge.open({ ari: call.ari, id: id('bridge'), scope });
  await using ringBack = await RingBack.start(call, { bridge, earlyMedia: wanted.earlyMedia, signal });
  const result = await hunt(
    legs.candidates((leg) => ringBack.listenTo(leg)),
    { method: wanted.method, signal },
  );
  legs.reportRefused();
  if (!('winner' in result)) return unanswered(context, wanted, result.failed);
  const { winner } = result;
  tell(context, { status: 'answered', call_id: winner.id });
  context.variables.note({ 'call.agent.dnis.number': winner.record.destination.target });
  await Promise.all([call.answer(signal), ringBack.stop()]);
  const began = now();
  const end = await conversation(bridge, [call, winner], {
    signal,
    until: wanted.duration > 0 ? began + wanted.duration : Number.POSITIVE_INFINITY,
  });
  const duration = Math.round(now() - began);
  const isTheirs = winner.hangupSignal.aborted;
  if (end === 'limit') winner.hangup('timeout');
  else winner.hangupAsLeg();
  // One that was sent elsewhere lives on.
  if (winner.hangupSignal.aborted) await within(winner.whenEnded, endPatience, signal);
  const { reason, sipCode } = endOf(winner);
  tell(context, {
    status: winner.ending.isWithoutMedia ? 'failed' : 'answered',
    call_id: winner.id,
    hangup_reason: reason,
    sip_code: sipCode,
    duration,
  });
  if (!wanted.relayReason || !isTheirs) return { go: 'next' };
  call.hangup('normal', winner.hangupCause);
  return { go: 'finish' };
}

/** So it is until somebody answers, whatever keeps it from being tried. */
export function notConnected(context: CallActionContext): void {
  tell(context, { status: 'failed' });
}

/** The legs of one connect, and what of them was refused. */
class Legs {
  readonly #context: CallActionContext;
  readonly #wanted: Connecting;
  readonly #refused: ActionError[] = [];
  #made = 0;

  constructor(context: CallActionContext, wanted: Connecting) {
    this.#context = context;
    this.#wanted = wanted;
  }

  candidates(onLeg: (leg: Call) => void): readonly Candidate[] {
    return this.#wanted.destinations.map((destination, index) => ({
      delay: destination.delay ?? 0,
      dial: () => this.#dial(destination, this.#context.uuid('call', index), onLeg),
    }));
  }

  /** One refused beside others is an event of its own; where all are, the action fails of it. */
  reportRefused(): void {
    const [first] = this.#refused;
    if (first && this.#made === 0) throw first;
    for (const refusal of this.#refused) tellFailure(this.#context, refusal);
  }

  #dial(destination: Address, callId: string, onLeg: (leg: Call) => void): Call | undefined {
    const { call, ports, scope } = this.#context;
    const { source, callerName, headers, timeout, redirects } = this.#wanted;
    const { type, target, target_name, name, detail } = destination;
    try {
      const leg = ports.outgoing.ring({
        callId,
        source,
        destination: { type, target, target_name, name, detail },
        callerName,
        headers,
        timeout,
        referredBy: call.referral.by,
        redirects,
        master: call,
      });
      this.#made++;
      scope.defer(() => leg.hangupAsLeg());
      onLeg(leg);
      return leg;
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      this.#refused.push(error);
      return undefined;
    }
  }
}

/** Nobody took the call. */
function unanswered(context: CallActionContext, wanted: Connecting, failed: LegEnd | undefined): Outcome {
  const { reason = 'failed', sipCode = 0, cause = causeOf(reason), callId = '' } = failed ?? {};
  tell(context, { status: statusOf(reason), call_id: callId, hangup_reason: reason, sip_code: sipCode });
  context.call.referral.trial?.tried({ reason, sipCode });
  if (!wanted.relayReason) return { go: 'next' };
  const told = reason === 'dialout' ? 'noanswer' : reason === 'normal' ? 'cancel' : reason;
  dismiss(context.call, told, sipCode > 0 ? causeOfSip(sipCode) : cause);
  return { go: 'finish' };
}

function statusOf(reason: HangupReason): string {
  if (reason === 'busy' || reason === 'noanswer') return reason;
  if (reason === 'dialout') return 'noanswer';
  return reason === 'cancel' || reason === 'normal' ? 'cancel' : 'failed';
}

/** All five, so that none is left of an earlier connect. */
function tell({ variables }: CallActionContext, facts: Told): void {
  const { status, call_id = '', hangup_reason = '', sip_code = '', duration = 0 } = facts;
  variables.note({
    'voipbin.connect.status': status,
    'voipbin.connect.call_id': call_id,
    'voipbin.connect.hangup_reason': hangup_reason,
    'voipbin.connect.sip_code': String(sip_code),
    'voipbin.connect.duration': String(duration),
  });
}

interface Told {
  readonly status: string;
  readonly call_id?: string;
  readonly hangup_reason?: string;
  readonly sip_code?: number;
  readonly duration?: number;
}
