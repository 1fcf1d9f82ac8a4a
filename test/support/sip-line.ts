import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { DgramAsPromised } from 'dgram-as-promised';
import WebSocket from 'ws';
import type { Address } from './sip-message.ts';

export type SipTransport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** What a phone sends and receives SIP with. */
export interface SipLine {
  readonly address: Address;
  send(message: string, to: Address): void;
  listen(onMessage: (message: Buffer, from: Address) => void, onError: (error: Error) => void): void;
  /** As when the network goes: the other side is told nothing but that the connection is gone. */
  cut(): void;
  close(): Promise<void>;
}

/** How a WebSocket is asked for; `/ws`, and nothing else, where nobody says. */
export interface Handshake {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `ca` is whom it trusts, with TLS. */
export async function openLine(
  transport: SipTransport,
  server?: Address,
  ca?: string,
  handshake?: Handshake,
): Promise<SipLine> {
  if (transport === 'udp') return await udpLine();
  if (server === undefined) throw new Error(`a phone on ${transport} needs a server`);
  if (transport === 'tcp' || transport === 'tls') return await streamLine(transport, server, ca);
  return await webLine(transport, server, { ca, handshake });
}

async function udpLine(): Promise<SipLine> {
  const socket = DgramAsPromised.createSocket('udp4');
  const { port } = await socket.bind(0, '127.0.0.1');
  return {
    address: { host: '127.0.0.1', port },
    send: (message, to) => socket.socket.send(message, to.port, to.host),
    listen: (onMessage, onError) => {
      socket.socket.on('message', (datagram, from) =>
        onMessage(datagram, { host: from.address, port: from.port }),
      );
      socket.socket.on('error', onError);
    },
    cut: () => void socket.close(),
    close: async () => {
      await socket.close();
    },
  };
}

/** One connection to the server, for all there is to say, as phones have it behind NAT. */
async function streamLine(transport: 'tcp' | 'tls', server: Address, ca?: string): Promise<SipLine> {
  const to = { host: server.host, port: server.port };
  const socket = transport === 'tls' ? connectTls({ ...to, ...(ca !== undefined && { ca }) }) : connect(to);
  await new Promise<void>((resolve, reject) => {
    socket.once(transport === 'tls' ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  socket.setNoDelay(true);
  const address: Address = {
    host: socket.localAddress ?? '127.0.0.1',
    port: socket.localPort ?? 0,
    transport: transport === 'tls' ? 'TLS' : 'TCP',
  };
  return {
    address,
    send: (message) => socket.write(message),
    listen: (onMessage, onError) => {
      readMessages(socket, (message) => onMessage(message, server));
      socket.on('error', onError);
    },
    cut: () => void socket.destroy(),
    close: () =>
      new Promise((resolve) => {
        if (socket.closed) return resolve();
        socket.once('close', () => resolve());
        socket.destroy();
      }),
  };
}

/** As phones in browsers have it (RFC 7118): each message is one of the WebSocket's. */
async function webLine(
  transport: 'ws' | 'wss',
  server: Address,
  {
    ca,
    handshake: { path, headers } = { path: '/ws', headers: {} },
  }: { readonly ca?: string | undefined; readonly handshake?: Handshake | undefined },
): Promise<SipLine> {
  const url = `${transport}://${server.host}:${server.port}${path}`;
  const options = { handshakeTimeout: 20_000, headers, ...(ca !== undefined && { ca }) };
  const socket = new WebSocket(url, 'sip', options);
  let local: Socket | undefined;
  socket.once('upgrade', (response) => {
    local = response.socket;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    address: {
      host: local?.localAddress ?? '127.0.0.1',
      port: local?.localPort ?? 0,
      transport: transport === 'ws' ? 'WS' : 'WSS',
    },
    send: (message) => socket.send(message),
    listen: (onMessage, onError) => {
      socket.on('message', (data: Buffer) => onMessage(data, server));
      socket.on('error', onError);
    },
    cut: () => socket.terminate(),
    close: () =>
      new Promise((resolve) => {
        if (socket.readyState === WebSocket.CLOSED) return resolve();
        socket.once('close', () => resolve());
        socket.close();
      }),
  };
}

/** By `Content-Length`, which every message on a stream has. */
export function readMessages(socket: Socket, onMessage: (message: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      while (rest.subarray(0, 2).toString() === '\r\n') rest = rest.subarray(2); // keep-alive
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /^(?:Content-Length|l)\s*:\s*(\d+)/im.exec(rest.subarray(0, end).toString())?.[1];
      const whole = end + 4 + Number(length ?? 0);
      if (rest.length < whole) return;
      onMessage(rest.subarray(0, whole));
      rest = rest.subarray(whole);
    }
  });
}
