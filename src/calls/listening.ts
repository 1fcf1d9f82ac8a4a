import type { Scope } from '../core/scope.ts';
import { type AudioPathOptions, openAudioPath } from './audio-path.ts';
import type { Call } from './call.ts';
import type { SideChannel } from './side-channel.ts';

/** Opens the way on which Asterisk sends the audio of a channel that has this id of connection, until the scope closes. */
export type ReceiveAudio = (
  connectionId: string,
  onAudio: (samples: Int16Array) => void,
  scope: Scope,
) => Promise<void>;

export interface ListeningOptions extends Pick<AudioPathOptions, 'id' | 'what'> {
  /** What the party says, or what it is sent. */
  readonly direction: 'in' | 'out';
  readonly scope: Scope;
  readonly receive: ReceiveAudio;
  /**
   * Given what is heard, 8 000 samples a second. What the party says comes all the time, silence too; what it is sent comes only
   * while something is.
   */
  readonly onAudio: (samples: Int16Array) => void;
}

const failure = { code: 'LISTEN_FAILED', message: 'Asterisk does not send the audio of this call' } as const;

/**
 * Listens to a call until the scope closes; resolves when audio flows, to the channel that carries it.
 * @throws ActionError `LISTEN_FAILED`, `BRIDGE_FAILED`
 */
export function listen(
  call: Call,
  { id, what, direction, scope, receive, onAudio }: ListeningOptions,
): Promise<SideChannel> {
  return openAudioPath(call, {
    ...{ id, what, scope, failure },
    hears: direction,
    speaks: false,
    format: 'slin',
    connect: (connectionId) => receive(connectionId, onAudio, scope),
  });
}
