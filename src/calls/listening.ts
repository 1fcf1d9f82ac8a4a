import type { Scope } from '../core/scope.ts';
import { type AudioPathOptions, openAudioPath } from './audio-path.ts';
import type { Call } from './call.ts';

/** Opens the way on which Asterisk sends the audio of a channel that has this id of connection, until the scope closes. */
export type ReceiveAudio = (
  connectionId: string,
  onAudio: (samples: Int16Array) => void,
  scope: Scope,
) => Promise<void>;

export interface ListeningOptions extends Pick<AudioPathOptions, 'id'> {
  readonly scope: Scope;
  readonly receive: ReceiveAudio;
  /** Given what the party says, 8 000 samples a second, silence too. */
  readonly onAudio: (samples: Int16Array) => void;
}

const failure = { code: 'LISTEN_FAILED', message: 'Asterisk does not send the audio of this call' } as const;

/**
 * Listens to what a call's party says until the scope closes; resolves when audio flows.
 * @throws ActionError `LISTEN_FAILED`, `BRIDGE_FAILED`
 */
export async function listen(call: Call, { id, scope, receive, onAudio }: ListeningOptions): Promise<void> {
  await openAudioPath(call, {
    id,
    scope,
    failure,
    hears: true,
    speaks: false,
    what: 'amd',
    format: 'slin',
    connect: (connectionId) => receive(connectionId, onAudio, scope),
  });
}
