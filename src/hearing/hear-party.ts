import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import { listen } from '../calls/listening.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import type { Ear, HearingListener, HearingPort, HearingRequest } from '../ports/hearing.ts';
import type { AudioPort } from '../ports/ports.ts';

export interface PartyHearing {
  readonly request: HearingRequest;
  readonly listener: HearingListener;
  /** Given the audio too. */
  readonly onAudio?: (samples: Int16Array) => void;
  readonly ports: { readonly hearing: HearingPort; readonly audio: AudioPort };
  /** Of what Asterisk makes for it. */
  readonly id: IdOf;
  readonly scope: Scope;
}

/**
 * Lets an engine hear what the party of a call says, and nothing of what it is told, until the scope closes.
 * @throws ActionError `LISTEN_FAILED`, `BRIDGE_FAILED`, and what `HearingPort.open` throws
 */
export async function hearParty(call: Call, hearing: PartyHearing): Promise<Ear> {
  const { request, listener, onAudio, ports, id, scope } = hearing;
  const ear = await ports.hearing.open(request, listener, scope);
  await listen(call, {
    ...{ id, scope, receive: ports.audio.receive, what: 'hearing', direction: 'in' },
    onAudio: (samples) => {
      ear.write(samples);
      onAudio?.(samples);
    },
  });
  return ear;
}

/** Why nobody hears him any more, for whoever wanted it. */
export function deaf(error: Error): ActionError {
  if (error instanceof ActionError) return error;
  return new ActionError('HEARING_FAILED', messageOf(error), { cause: error });
}
