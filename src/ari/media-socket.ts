import { WebSocket } from 'ws';
import type { Scope } from '../core/scope.ts';
import { orAbort } from '../core/wait.ts';
import { AriError } from './transport.ts';

const handshakeTimeout = 5_000;

/** Frames are 640 bytes and words on them short: more is none of Asterisk's. */
const largestMessage = 65_536;

/** More than this many bytes that Asterisk has not taken are seconds of audio: what comes now comes too late. */
const mostUnsent = 65_536;

/** The audio of a media channel, both ways. Nothing may be sent after its end; what is, is lost. */
export interface MediaSocket {
  /** Frames of 20 ms, one or several; Asterisk plays them one after the other. */
  sendAudio(bytes: Buffer): void;
  /** A command of Asterisk's, such as `FLUSH_MEDIA`. */
  sendText(text: string): void;
}

export interface MediaListener {
  /** A frame of 20 ms in the channel's format; none after the scope's end. */
  readonly onAudio: (bytes: Buffer) => void;
  /** What Asterisk says about the channel. */
  readonly onText?: (text: string) => void;
}

/** Where a media channel of Asterisk's waits for its connection: on the host and port of ARI. */
export function mediaUrl(ariUrl: string, connectionId: string): string {
  return `${ariUrl.replace(/^http/, 'ws').replace(/\/ari\/?$/, '')}/media/${connectionId}`;
}

/**
 * Connects to a media channel of Asterisk's (`chan_websocket`, Asterisk 22.8). Closed with the scope.
 * @throws AriError with status 0 where there is no connection.
 */
export async function openMediaSocket(
  url: string,
  { onAudio, onText }: MediaListener,
  scope: Scope,
): Promise<MediaSocket> {
  scope.signal.throwIfAborted();
  const options = { handshakeTimeout, maxPayload: largestMessage, perMessageDeflate: false };
  const socket = new WebSocket(url, 'media', options);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('open', resolve);
  // Later ones say what `goneSignal` of the channel says too.
  socket.on('error', (cause) => reject(new AriError(0, 'no connection for audio', { cause })));
  socket.on('message', (data, isBinary) => {
    if (scope.signal.aborted) return; // what was under way still comes
    const bytes = data as Buffer; // unless `binaryType` says otherwise
    if (isBinary) onAudio(bytes);
    else onText?.(bytes.toString());
  });
  scope.defer(() => socket.close());
  await orAbort(promise, scope.signal);
  const send = (data: Buffer | string): void => {
    if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount <= mostUnsent) socket.send(data);
  };
  return { sendAudio: send, sendText: send };
}

/** Receives the audio of a media channel of format `slin`. @throws AriError with status 0 where there is no connection. */
export async function receiveAudio(
  ariUrl: string,
  connectionId: string,
  onAudio: (samples: Int16Array) => void,
  scope: Scope,
): Promise<void> {
  const listener = { onAudio: (bytes: Buffer) => onAudio(samplesOf(bytes)) };
  await openMediaSocket(mediaUrl(ariUrl, connectionId), listener, scope);
}

/** Copied: the bytes of a frame may lie at an odd place. */
function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readInt16LE(2 * index));
}
