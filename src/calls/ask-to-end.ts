import { AriError } from '../ari/transport.ts';
import { sleep } from '../core/wait.ts';
import { noteResponse, type Refused } from './refusal.ts';

/** The part of a call that this file uses. */
interface Leaving extends Refused {
  readonly isEnded: boolean;
  ended(): void;
}

/** How long Asterisk may take to do what it has accepted. */
export const patience = 5_000;

/** How long after a channel has left us its end may take to be told. */
export const newsDelay = 1_000;

/**
 * Asks Asterisk to end a call's channel until it has ended. What it answers is not to be relied on: a request can be lost with the
 * connection, and so can the news of its success.
 */
export async function askToEnd(call: Leaving, signal: AbortSignal): Promise<void> {
  while (!call.isEnded) {
    if (await isGone(call, signal)) call.ended();
    else await sleep(patience, signal);
  }
}

/** Asks once; true where there is no channel any more. */
async function isGone(call: Leaving, signal: AbortSignal): Promise<boolean> {
  const { ari, channelId, ending, log } = call;
  await noteResponse(call, signal);
  try {
    await ari.hangup(channelId, ending.ownCause, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AriError && error.status === 404) return true;
    log.debug({ error: String(error) }, 'hangup_not_accepted_yet');
  }
  return false;
}
