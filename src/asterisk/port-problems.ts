import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Why a TCP port cannot be listened on at this address, in words; nothing where it can. */
export function tcpPortProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(inWords(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Why a UDP port cannot be bound at this address, in words; nothing where it can. */
export function udpPortProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(inWords(error));
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}

/** A TCP port nobody uses at this address now. */
export function freeTcpPort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function inWords(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'is in use';
    case 'EADDRNOTAVAIL':
      return 'is not at an address of this machine';
    case 'EACCES':
      return 'may not be used by this user';
    default:
      return `cannot be used (${error.code ?? error.message})`;
  }
}
