import type * as Http from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type * as Https from 'node:https';
import type { Duplex } from 'node:stream';
import { Deadline } from '../../core/deadline.ts';
import { AriflowError } from '../../core/errors.ts';
import { after, onAbort } from '../../core/wait.ts';
import { whenNeeded } from '../../core/when-needed.ts';

const http = whenNeeded<typeof Http>('node:http');
const https = whenNeeded<typeof Https>('node:https');

/** How long Asterisk may take, in milliseconds. */
const patience = 5_000;

/** How long a last word may take. */
const leavePatience = 2_000;

/** A connection to Asterisk that has become a WebSocket. */
export interface FarEnd {
  readonly socket: Duplex;
  /** What it has answered to the key of whoever asked. */
  readonly accept: string;
}

/** Whether a handshake asks for SIP over WebSocket (RFC 7118). */
export function isSipHandshake(headers: IncomingHttpHeaders): boolean {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  return (
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
    protocols.includes('sip')
  );
}

/**
 * Opens a WebSocket for SIP at Asterisk, with the key of whoever asks for one here. Nothing else of his request goes there.
 * @throws AriflowError `UNAVAILABLE`
 */
export async function openFarEnd(url: URL, key: string, signal: AbortSignal): Promise<FarEnd> {
  using deadline = new Deadline(patience, signal);
  const { promise, resolve, reject } = Promise.withResolvers<FarEnd>();
  const { request: ask } = url.protocol === 'https:' ? https() : http();
  const request = ask(url, {
    agent: false,
    signal: deadline.signal,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'sip',
    },
  });
  request.on('error', reject);
  request.on('response', (response: IncomingMessage) => {
    response.destroy();
    reject(new Error(`Asterisk answers ${response.statusCode}`));
  });
  request.on('upgrade', ({ headers }: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (head.length > 0) socket.unshift(head);
    resolve({ socket, accept: String(headers['sec-websocket-accept'] ?? '') });
  });
  request.end();
  try {
    return await promise;
  } catch (cause) {
    throw new AriflowError('UNAVAILABLE', 'Asterisk takes no phone over WebSocket now', { cause });
  }
}

/** Tells whoever asked that it is a WebSocket, and passes on what both say, as it is, until one of them ends or the signal does. */
export async function join(
  near: Duplex,
  { socket: far, accept }: FarEnd,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const socket of [near, far])
    for (const event of ['end', 'close', 'error']) socket.on(event, () => resolve());
  using _ = onAbort(signal, resolve);
  near.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: sip\r\n\r\n`,
  );
  near.pipe(far, { end: false });
  far.pipe(near, { end: false });
  await promise;
  near.unpipe(far);
  far.unpipe(near);
  takeLeave(far, fromUs);
  takeLeave(near, toThem);
}

/** A close of RFC 6455, of a client's side with a mask, here of zeros: Asterisk complains of whoever goes without one. */
const fromUs = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);
const toThem = Buffer.from([0x88, 0x00]);

/** Whoever does not take it is not waited for. */
function takeLeave(socket: Duplex, word: Buffer): void {
  const patience = after(leavePatience, () => socket.destroy());
  socket.on('close', () => patience[Symbol.dispose]());
  if (socket.destroyed) patience[Symbol.dispose]();
  else socket.end(word, () => socket.destroy());
}
