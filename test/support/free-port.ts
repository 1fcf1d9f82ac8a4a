import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** The daemon's own for external media, unless told others: it refuses to have anything else among them. */
const lastOfExternalMedia = 32_999;

/** A port of 127.0.0.1 that was free a moment ago, for programs that must be told theirs. */
export async function freePort(protocol: 'tcp' | 'udp'): Promise<number> {
  for (;;) {
    const port = await anyPort(protocol);
    if (port > lastOfExternalMedia) return port;
  }
}

async function anyPort(protocol: 'tcp' | 'udp'): Promise<number> {
  if (protocol === 'udp') {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    await once(socket, 'close');
    return port;
  }
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was free');
  return address.port;
}
