import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import { ActionError } from '../core/errors.ts';
import type { PortRange } from '../core/port-range.ts';

export interface RtpPort {
  readonly socket: SocketAsPromised;
  readonly port: number;
}

/** Takes this very port. @throws ActionError `NO_PORT` */
export async function takeSameRtpPort(address: string, port: number): Promise<RtpPort> {
  const socket = await bound(address, port);
  if (!socket) throw noPort();
  return { socket, port };
}

/**
 * Takes one of the ports that nobody has. Anyone of them: what is still under way to a port that was given back is rarely taken
 * for the next one's.
 * @throws ActionError `NO_PORT`
 */
export async function takeRtpPort(address: string, [first, last]: PortRange): Promise<RtpPort> {
  const count = last - first + 1;
  const start = randomInt(count);
  for (let index = 0; index < count; index++) {
    const port = first + ((start + index) % count);
    const socket = await bound(address, port);
    if (socket) return { socket, port };
  }
  throw noPort();
}

function noPort(cause?: unknown): ActionError {
  return new ActionError('NO_PORT', 'there is no port for RTP', { cause });
}

/** A socket that listens there, unless somebody does. */
async function bound(address: string, port: number): Promise<SocketAsPromised | undefined> {
  const socket = DgramAsPromised.createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  try {
    await socket.bind(port, address);
    return socket;
  } catch (cause) {
    await socket.close();
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return undefined;
    throw noPort(cause);
  }
}
