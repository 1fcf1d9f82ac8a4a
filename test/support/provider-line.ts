import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { CertificateFiles } from './certificate.ts';
import { readMessages, type SipLine } from './sip-line.ts';
import type { Address } from './sip-message.ts';

/** A provider's end of SIP over TLS: others connect to it, and it to whomever it has no connection with. */
export async function providerLine({ cert, key }: CertificateFiles): Promise<SipLine> {
  const sockets = new Map<number, TLSSocket>();
  let onMessage: (message: Buffer, from: Address) => void = () => undefined;
  const add = (socket: TLSSocket, port: number): TLSSocket => {
    sockets.set(port, socket);
    socket.setNoDelay(true);
    // Whoever does not like a certificate hangs up: what came of that is seen elsewhere.
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(port));
    readMessages(socket, (message) => onMessage(message, { host: '127.0.0.1', port }));
    return socket;
  };
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) =>
    add(socket, socket.remotePort ?? 0),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens at a port
  return {
    address: { host: '127.0.0.1', port, transport: 'TLS' },
    send: (message, to) => {
      const there = sockets.get(to.port);
      // Whose certificate that is the test of phones looks at.
      const socket = there ?? add(connect({ ...to, rejectUnauthorized: false }), to.port);
      socket.write(message);
    },
    listen: (listener) => {
      onMessage = listener;
    },
    cut: () => {
      for (const socket of sockets.values()) socket.destroy();
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}
