import type { ChannelHangupRequest } from '../ari/events.gen.ts';
import type { HangupBy, HangupReason } from './call-record.ts';

/** The reasons a flow may hang up with. */
export const hangupActionReasons = ['normal', 'busy', 'cancel', 'noanswer', 'failed'] as const;

/**
 * Q.850 cause for a reason of ours. Before answer Asterisk turns it into the caller's SIP response (16 → 603, 17 → 486,
 * 19 → 480, 34 → 503), after answer it is the `Reason` of the BYE.
 */
export function causeOf(reason: HangupReason): number {
  switch (reason) {
    case 'busy':
      return 17;
    case 'noanswer':
    case 'dialout':
      return 19;
    case 'failed':
      return 34;
    case '':
    case 'normal':
    case 'cancel':
    case 'timeout':
    case 'amd':
      return 16;
    default:
      return reason satisfies never;
  }
}

/**
 * The Q.850 cause that makes Asterisk refuse an unanswered caller with this SIP response (chan_pjsip's table), or with the
 * nearest it has: never with a server's error where the callee's was none.
 */
export function causeOfSip(sipCode: number): number {
  const exact = causesOfSip[sipCode];
  if (exact !== undefined) return exact;
  if (sipCode >= 600) return 16;
  return sipCode >= 500 ? 34 : 19;
}

/** By response, 480 where none is nearer. Not 23 for a redirection: with it Asterisk sends the caller a 302 to itself. */
const causesOfSip: Readonly<Record<number, number>> = {
  404: 1,
  416: 1,
  485: 1,
  604: 1,
  420: 3,
  487: 16,
  603: 16,
  486: 17,
  600: 17,
  408: 18,
  480: 19,
  401: 21,
  402: 21,
  403: 21,
  407: 21,
  410: 22,
  414: 28,
  484: 28,
  406: 58,
  415: 58,
  488: 58,
  493: 58,
  606: 58,
  500: 38,
  501: 29,
  502: 27,
  503: 34,
};

/** The SIP response with which Asterisk refuses an unanswered caller for a Q.850 cause (chan_pjsip's table). */
export function sipOfCause(cause: number): number {
  return responsesOfCauses[cause] ?? 603;
}

const responsesOfCauses: Readonly<Record<number, number>> = {
  1: 404,
  2: 404,
  3: 404,
  17: 486,
  18: 408,
  19: 480,
  20: 480,
  21: 403,
  22: 410,
  23: 302,
  27: 502,
  28: 484,
  29: 501,
  31: 480,
  34: 503,
  38: 500,
  42: 503,
  58: 488,
  66: 503,
  127: 500,
};

/** How a channel ended, as far as Asterisk told. */
export interface ChannelEnd {
  /** Q.850; absent where Asterisk gave none, as for a plain BYE. */
  readonly cause?: number | undefined;
  /** The SIP response by which it ended, as Asterisk tells it before the end; absent where none came. */
  readonly sipCode?: number | undefined;
  /** The channel was found missing: Asterisk had told us of no end. */
  readonly isLost?: boolean;
}

/** What Asterisk uses when no RTP came for `rtp_timeout` seconds. */
const mediaLoss = 44;

/** A soft hang-up that only moves the channel in the dialplan (`AST_SOFTHANGUP_ASYNCGOTO`). */
export const asyncGoto = 2;

/** One by the channel's driver (`AST_SOFTHANGUP_DEV`): no RTP came for too long. */
const byDevice = 1;

/** What a request to hang up tells of the end. The cause of a soft one is a flag of Asterisk's, not Q.850. */
export function toldBy({
  cause,
  soft,
  tech_cause: sipCode,
}: Pick<ChannelHangupRequest, 'cause' | 'soft' | 'tech_cause'>): ChannelEnd | undefined {
  if (!soft) return { cause, sipCode };
  return cause === byDevice ? { cause: mediaLoss } : undefined;
}

/** What Asterisk says where SIP gave no cause. */
const interworking = 127;

/** The cause Asterisk told, if it told one. */
export function toldCause({ cause }: ChannelEnd): number | undefined {
  return cause === interworking ? undefined : cause;
}

/** What a call record says about its end. `intent` is the reason we hung up for, if it was us. */
export function verdict(
  intent: HangupReason | undefined,
  end: ChannelEnd,
  wasAnswered: boolean,
  direction: 'incoming' | 'outgoing',
): { readonly by: HangupBy; readonly reason: HangupReason } {
  if (intent) return { by: 'local', reason: intent };
  if (end.isLost) return { by: 'remote', reason: 'failed' };
  if (wasAnswered) return { by: 'remote', reason: isMediaLoss(end) || hasNoMedia(end) ? 'failed' : 'normal' };
  // The caller gave up before the answer: a CANCEL, which is nobody's failure.
  if (direction === 'incoming') return { by: 'remote', reason: 'normal' };
  return { by: 'remote', reason: refusal(end) };
}

function isMediaLoss({ cause }: ChannelEnd): boolean {
  return cause === mediaLoss;
}

/** Asterisk's own word for an answer without a description of the media: nobody can be heard. */
export function hasNoMedia({ sipCode }: ChannelEnd): boolean {
  return sipCode === 406;
}

/** Why a leg of ours was not answered: by the SIP response where known, else by the cause it was mapped to. */
function refusal({ cause, sipCode }: ChannelEnd): HangupReason {
  if (sipCode === 486 || sipCode === 600) return 'busy';
  if (sipCode === 480 || sipCode === 408 || sipCode === 603) return 'noanswer';
  if (sipCode !== undefined && sipCode >= 300) return 'failed';
  if (cause === 17) return 'busy';
  return cause === 18 || cause === 19 || cause === 20 || cause === 21 ? 'noanswer' : 'failed';
}
