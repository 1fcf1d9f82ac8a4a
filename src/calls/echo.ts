import type { IdOf } from '../ari/ids.ts';
import { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { sleepUntil } from '../core/wait.ts';
import { answerToTalk } from './answer.ts';
import { Bridge } from './bridge.ts';
import type { Call } from './call.ts';
import { SideChannel } from './side-channel.ts';

export interface EchoOptions {
  readonly id: IdOf;
  /** When it is over, of one that begins now. */
  readonly end: () => number;
  /** Whether the digits come back like the voice. */
  readonly returnsDigits: boolean;
  readonly scope: Scope;
}

const failure = {
  code: 'ECHO_FAILED',
  message: 'Asterisk gives the call no echo: is there a context ariflow-echo in its dialplan?',
} as const;

/**
 * Answers, and lets the caller hear himself. In a bridge with a mirror, not in the dialplan himself: there nobody could reach the call
 * before the mirror lets go of it.
 * @throws ActionError `ECHO_FAILED`, `BRIDGE_FAILED`, `ANSWER_FAILED`
 */
export async function echo(call: Call, { id, end, returnsDigits, scope }: EchoOptions): Promise<void> {
  const { signal } = scope;
  const { ari, channelId: originator } = call;
  await answerToTalk(call, signal);
  const bridge = await Bridge.open({ ari, id: id('bridge'), scope });
  const mirror = await SideChannel.open(ari, {
    id: id('echo'),
    scope,
    failure,
    // In the call's own format: what is not transcoded cannot be lost in transcoding.
    make: (channelId) =>
      ari.originate(
        { channelId, otherChannelId: id('echo', 'far'), endpoint: 'Local/s@ariflow-echo/n', originator },
        signal,
      ),
  });
  await bridge.add(mirror, signal);
  await bridge.add(call, signal, { absorbsDtmf: !returnsDigits });
  try {
    await sleepUntil(end(), AbortSignal.any([signal, mirror.goneSignal]));
  } catch {
    signal.throwIfAborted();
    throw new ActionError(failure.code, 'the echo ended too early');
  }
  await bridge.remove(call, signal);
}
