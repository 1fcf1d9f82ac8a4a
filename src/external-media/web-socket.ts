import type { ClientRequest } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import { WebSocket } from 'ws';
import { ActionError } from '../core/errors.ts';
import { pathAsWritten } from '../core/url-as-written.ts';
import { after, orAbort } from '../core/wait.ts';
import { type AddressPolicy, hostOf } from '../http/address-policy.ts';
import { addressOf } from './host-address.ts';
import {
  closeTimeout,
  connectTimeout,
  farewellTimeout,
  mostUnsent,
  type Peer,
  type PeerOptions,
} from './peer.ts';

/** A minute of audio at once is more than a call can take. */
const largestMessage = 1_048_576;

/**
 * Connects to a WebSocket server, which then talks with Asterisk's WebSocket channel as if Asterisk had come: audio in binary
 * messages, words in text ones. `text` is a `ws:` or `wss:` URL, or what follows `ws://`.
 * @throws ActionError `INVALID_HOST`, `HOST_BLOCKED`, `HOST_UNKNOWN`, `UNREACHABLE`; the scope's reason
 */
export async function connectWebSocket(
  text: string,
  policy: Pick<AddressPolicy, 'allows'>,
  { scope, onAudio, onText, onEnd }: PeerOptions,
): Promise<Peer> {
  const { signal } = scope;
  const url = parse(text);
  const scheme = url.protocol === 'wss:' ? 'https:' : 'http:';
  const address = await addressOf(hostOf(url), { policy, scheme }, signal);
  const options = {
    handshakeTimeout: connectTimeout,
    // A peer that says good-bye has left, even where it leaves the connection open.
    closeTimeout: farewellTimeout,
    maxPayload: largestMessage,
    perMessageDeflate: false,
    lookup: lookupOf(address),
    finishRequest: (request: ClientRequest): void => {
      request.path = pathAsWritten(url, text);
      request.end();
    },
  };
  const socket = new WebSocket(url, options);
  scope.defer(() => {
    const end = after(closeTimeout, () => socket.terminate());
    socket.once('close', () => end[Symbol.dispose]());
    socket.close(1_000);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('open', resolve);
  socket.on('error', reject); // later ones are followed by `close`
  try {
    await orAbort(promise, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('UNREACHABLE', 'the host takes no WebSocket', { cause });
  }
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer; // unless `binaryType` says otherwise
    if (isBinary) onAudio(bytes);
    else onText?.(bytes.toString());
  });
  socket.once('close', () => onEnd('peer_closed'));
  const send = (data: Buffer | string): void => {
    if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount <= mostUnsent) socket.send(data);
  };
  return { localIp: '', localPort: 0, sendAudio: send, sendText: send };
}

/** What was checked is what is connected to. Node asks for names only. */
function lookupOf(address: string): LookupFunction {
  return (_, { all }, answer) => {
    const found = { address, family: isIP(address) };
    if (all) answer(null, [found]);
    else answer(null, found.address, found.family);
  };
}

function parse(text: string): URL {
  const url = URL.parse(/^wss?:\/\//i.test(text) ? text : `ws://${text}`);
  const isGood = url && url.hostname !== '' && url.username === '' && url.password === '' && url.port !== '0';
  if (!isGood) throw new ActionError('INVALID_HOST', 'expected a ws: or wss: URL, or host:port');
  url.hash = '';
  return url;
}
