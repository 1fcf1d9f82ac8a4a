import { answerToTalk } from '../calls/answer.ts';
import { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import type { HangupReason } from '../calls/call-record.ts';
import type { Music } from '../calls/chosen-music.ts';
import { type ConversationOptions, conversation } from '../calls/conversation.ts';
import { causeOf, causeOfSip } from '../calls/hangup-cause.ts';
import { endOf, type HuntResult, hunt, type LegEnd } from '../calls/hunt.ts';
import { RingBack } from '../calls/ring-back.ts';
import { dismiss } from '../calls/trial.ts';
import { now } from '../core/clock.ts';
import { within } from '../core/wait.ts';
import type { CallActionContext, Outcome } from '../flows/action.ts';
import { ConnectProgress, type Whom } from './connect-progress.ts';
import { type LegOptions, Legs } from './legs.ts';

/** How to connect a caller. */
export interface Connecting extends LegOptions {
  /** How long they may talk, in milliseconds; 0 = as long as they like. */
  readonly duration: number;
  /** How long before that they are warned, in milliseconds; 0: not at all. */
  readonly warning?: number | undefined;
  readonly earlyMedia: boolean;
  readonly relayReason: boolean;
  /** Whether neither hears what the other presses. */
  readonly absorbsDigits?: boolean | undefined;
  /** What either hears while the other's phone holds; the usual where missing. */
  readonly music?: Music | undefined;
}

/** How long the end of a leg that has left may take to be told. */
const endPatience = 3_000;

/**
 * Rings whom `whom` says, lets caller and callee talk, and says in `voipbin.connect.*` what came of it. Legs and bridge live
 * in the action's scope: whoever hangs up, nothing is left.
 * @throws ActionError where no destination may be called, with the reason of the first
 */
export async function connect(
  context: CallActionContext,
  wanted: Connecting,
  whom: () => Promise<Whom>,
): Promise<Outcome> {
  const { call, id, scope, signal } = context;
  const progress = await ConnectProgress.begin(context, () => {
    tell(context, { status: 'failed' }); // so it is until somebody answers, whatever keeps it from being tried
    return whom();
  });
  const { answeredBy } = progress.at;
  const legs = new Legs(context, wanted, progress);
  const bridge = await Bridge.open({ ari: call.ari, id: id('bridge'), scope });
  await using ringBack =
    answeredBy === undefined
      ? await RingBack.start(call, { bridge, earlyMedia: wanted.earlyMedia, signal })
      : undefined;
  const result = ringBack
    ? await ring(context, { legs, progress, ringBack })
    : { winner: await legs.answered(answeredBy ?? '') };
  if (!('winner' in result)) return unanswered(context, wanted, result.failed);
  const { began } = progress.at;
  // Killed before they talked, a daemon has left the caller ringing perhaps.
  const stopped = ringBack?.stop() ?? (began === undefined ? RingBack.end(call) : undefined);
  await Promise.all([answerToTalk(call, signal), stopped]);
  return talk(context, wanted, { bridge, progress, leg: result.winner });
}

interface Ringing {
  readonly legs: Legs;
  readonly progress: ConnectProgress;
  readonly ringBack: RingBack;
}

async function ring(context: CallActionContext, { legs, progress, ringBack }: Ringing): Promise<HuntResult> {
  const { candidates, failed } = await legs.candidates((leg) => ringBack.listenTo(leg));
  const result = await hunt(candidates, { method: progress.at.method, signal: context.signal, failed });
  legs.reportRefused();
  if (!('winner' in result)) return result;
  const { id, record } = result.winner;
  tell(context, { status: 'answered', call_id: id });
  context.variables.note({ 'call.agent.dnis.number': record.destination.target });
  progress.note({ answeredBy: id });
  return result;
}

interface Answered {
  readonly bridge: Bridge;
  readonly progress: ConnectProgress;
  /** Of the callee; or how it has ended, where that was in a time without a daemon. */
  readonly leg: Call | LegEnd;
}

async function talk(
  context: CallActionContext,
  wanted: Connecting,
  { bridge, progress, leg }: Answered,
): Promise<Outcome> {
  const { began = now() } = progress.at;
  if (progress.at.began === undefined) progress.note({ began });
  const until = wanted.duration > 0 ? began + wanted.duration : Number.POSITIVE_INFINITY;
  const talked =
    'record' in leg
      ? await converse(context, { bridge, leg, until, ...wanted })
      : { end: leg, at: now(), isTheirs: leg.reason !== '', isMute: false };
  tell(context, {
    status: talked.isMute ? 'failed' : 'answered',
    call_id: talked.end.callId,
    hangup_reason: talked.end.reason,
    sip_code: talked.end.sipCode,
    duration: Math.round(talked.at - began),
  });
  if (!wanted.relayReason || !talked.isTheirs) return { go: 'next' };
  context.call.hangup('normal', talked.end.cause);
  return { go: 'finish' };
}

interface Talked {
  readonly end: LegEnd;
  /** When they had done. */
  readonly at: number;
  /** Whether it was the callee who hung up. */
  readonly isTheirs: boolean;
  readonly isMute: boolean;
}

async function converse(
  { call, signal }: CallActionContext,
  {
    bridge,
    leg,
    ...time
  }: Pick<Answered, 'bridge'> & Omit<ConversationOptions, 'signal'> & { readonly leg: Call },
): Promise<Talked> {
  const why = await conversation(bridge, [call, leg], { signal, ...time });
  const at = now();
  const isTheirs = leg.hangupSignal.aborted;
  if (why === 'limit') leg.hangup('timeout');
  else leg.hangupAsLeg();
  // One that was sent elsewhere lives on.
  if (leg.hangupSignal.aborted) await within(leg.whenEnded, endPatience, signal);
  return { end: endOf(leg), at, isTheirs, isMute: leg.ending.isWithoutMedia };
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
