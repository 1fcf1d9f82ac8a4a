import type { Ari } from '../ari/ari.ts';
import { Deadline } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { CallRecord, HangupReason } from './call-record.ts';
import { sipOfCause } from './hangup-cause.ts';

/** How a caller who was not answered is to be refused, where a flow says more than why. */
export interface Refusal {
  /** The SIP response, 400 to 699. */
  readonly code: number;
  /** Its words, for the record; Asterisk sends those of the standard. */
  readonly phrase: string;
}

/** The part of a call that says how it is to end. */
export interface Refused {
  readonly ari: Ari;
  readonly channelId: string;
  readonly ending: { readonly ownCause: number; readonly refusal: Refusal | undefined };
  readonly isUp: boolean;
  readonly record: Pick<CallRecord, 'direction'>;
  readonly log: Log;
}

/** The variable in which our dialplan finds the response when the call ends in it (extension `h`). */
const variable = 'ARIFLOW_SIP_CODE';

/** How long Asterisk may take to note it; then the caller gets the nearest response that the cause alone yields. */
const patience = 2_000;

/** What a response means for the record. */
export function reasonOfResponse(code: number): HangupReason {
  if (code === 486 || code === 600) return 'busy';
  return code === 480 || code === 408 || code === 603 ? 'noanswer' : 'failed';
}

/**
 * Has Asterisk refuse the caller with the response that was asked for. By the cause of a hang-up it has thirteen; the others are
 * sent by its dialplan, as the hang-up that follows goes through that, before its channel goes.
 */
export async function noteResponse(call: Refused, signal: AbortSignal): Promise<void> {
  const { ari, channelId, ending, isUp, record, log } = call;
  const { refusal } = ending;
  if (!refusal || isUp || record.direction !== 'incoming') return;
  if (sipOfCause(ending.ownCause) === refusal.code) return;
  using deadline = new Deadline(patience, signal);
  try {
    await ari.setVariable(channelId, variable, String(refusal.code), deadline.signal);
  } catch (error) {
    signal.throwIfAborted();
    log.debug({ error: messageOf(error) }, 'response_not_noted');
  }
}
