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

/** How a channel ended, as far as Asterisk told. */
export interface ChannelEnd {
  /** Q.850; absent where Asterisk gave none, as for a plain BYE. */
  readonly cause?: number | undefined;
  /** SIP response, where there was one. */
  readonly sipCode?: number | undefined;
  /** It was found gone, without a word. */
  readonly isLost?: boolean;
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
  if (wasAnswered) return { by: 'remote', reason: isMediaLoss(end) ? 'failed' : 'normal' };
  // The caller gave up before the answer: a CANCEL, which is nobody's failure.
  if (direction === 'incoming') return { by: 'remote', reason: 'normal' };
  return { by: 'remote', reason: refusal(end) };
}

/** 44 is what Asterisk uses when no RTP came for `rtp_timeout` seconds. */
function isMediaLoss({ cause }: ChannelEnd): boolean {
  return cause === 44;
}

/** Why a leg of ours was not answered: by the SIP response where known, else by the cause it was mapped to. */
function refusal({ cause, sipCode }: ChannelEnd): HangupReason {
  if (sipCode === 486 || sipCode === 600) return 'busy';
  if (sipCode === 480 || sipCode === 408 || sipCode === 603) return 'noanswer';
  if (sipCode !== undefined && sipCode >= 300) return 'failed';
  if (cause === 17) return 'busy';
  return cause === 18 || cause === 19 || cause === 21 ? 'noanswer' : 'failed';
}
