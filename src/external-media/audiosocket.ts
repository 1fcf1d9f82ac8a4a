import { connect, type Socket } from 'node:net';
import { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { after, within } from '../core/wait.ts';
import type { HostAddress } from './host-address.ts';
import { closeTimeout, connectTimeout, mostUnsent, type Peer, type PeerOptions } from './peer.ts';

/** Kinds of AudioSocket's messages: a byte, the length of what follows in two, and that. */
const kind = { hangup: 0x00, id: 0x01, slin: 0x10, slin16: 0x12, error: 0xff } as const;

const headerSize = 3;

/**
 * Connects to an AudioSocket server.
 * @throws ActionError `UNREACHABLE`; the scope's reason
 */
export async function connectAudioSocket(
  { address, port }: HostAddress,
  { id, format, scope, onAudio, onEnd }: PeerOptions,
): Promise<Peer> {
  const audio = format.format === 'slin16' ? kind.slin16 : kind.slin;
  const socket = connect({ host: address, port, noDelay: true });
  closeWith(scope, socket);
  const { promise, resolve, reject } = Promise.withResolvers<true>();
  socket.once('connect', () => resolve(true));
  socket.on('error', reject); // later ones are followed by `close`
  const isConnected = await within(promise, connectTimeout, scope.signal).catch((cause: unknown) => {
    scope.signal.throwIfAborted();
    throw new ActionError('UNREACHABLE', 'the host takes no connection', { cause });
  });
  if (!isConnected) throw new ActionError('UNREACHABLE', 'the host takes no connection');
  const read = reader((type, payload) => {
    if (type === audio) onAudio(payload);
    else if (type === kind.hangup || type === kind.error) onEnd('peer_closed');
  });
  // A peer that says no more has left, even where it goes on to listen.
  for (const event of ['end', 'close']) socket.once(event, () => onEnd('peer_closed'));
  socket.on('data', read);
  socket.write(message(kind.id, Buffer.from(id.replaceAll('-', ''), 'hex')));
  return {
    localIp: '',
    localPort: 0,
    sendAudio: (frame) => {
      if (socket.writable && socket.writableLength <= mostUnsent) socket.write(message(audio, frame));
    },
    sendText: () => undefined, // there are no words in this protocol
  };
}

/** Says good-bye, and does not wait long for the answer. */
function closeWith(scope: Scope, socket: Socket): void {
  scope.defer(() => {
    if (socket.connecting || socket.destroyed) return socket.destroy();
    const end = after(closeTimeout, () => socket.destroy());
    socket.once('close', () => end[Symbol.dispose]());
    return void socket.end(message(kind.hangup, Buffer.alloc(0)));
  });
}

function message(type: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(headerSize + payload.length);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16BE(payload.length, 1);
  payload.copy(bytes, headerSize);
  return bytes;
}

/** Takes a stream of bytes apart into messages. */
function reader(onMessage: (type: number, payload: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= headerSize) {
      const end = headerSize + rest.readUInt16BE(1);
      if (rest.length < end) break;
      onMessage(rest.readUInt8(0), rest.subarray(headerSize, end));
      rest = rest.subarray(end);
    }
  };
}
