import { AriError } from '../ari/transport.ts';
import { sleep } from '../core/wait.ts';
import type { Call } from './call.ts';

type Timed = Pick<Call, 'ari' | 'channelId' | 'scope'>;

const variable = 'TIMEOUT(absolute)';

/** Between two tries: the connection may be away. */
const pause = 250;

/**
 * Lets a call last for so many seconds from now on, where Asterisk gave it only as long as callers wait for a daemon that is away.
 * Before anything is played to it: Asterisk sets a variable when that is over. Resolves too when the call has ended.
 */
export async function giveTime(call: Timed, seconds: number): Promise<void> {
  const { ari, channelId, scope } = call;
  while (!scope.signal.aborted)
    try {
      return await ari.setVariable(channelId, variable, String(seconds), scope.signal);
    } catch (error) {
      if (isGone(error)) return; // which is told by an event
      await sleep(pause, scope.signal).catch(() => undefined);
    }
}

function isGone(error: unknown): boolean {
  return error instanceof AriError && (error.status === 404 || error.status === 409);
}
