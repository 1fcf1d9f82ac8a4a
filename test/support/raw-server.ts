import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface RawServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** How often each path was asked for. */
  readonly asked: ReadonlyMap<string, number>;
}

/** A server that answers each path with exactly these bytes, and then closes the connection. */
export async function openRawServer(answers: Readonly<Record<string, string | Buffer>>): Promise<RawServer> {
  const asked = new Map<string, number>();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.once('data', (request) => {
      const path = /^\S+ ([^ ?]*)/.exec(request.toString('latin1'))?.[1] ?? '';
      asked.set(path, (asked.get(path) ?? 0) + 1);
      socket.end(answers[path] ?? 'HTTP/1.1 404 Not Found\r\n\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer with these headers and this body. */
export function rawAnswer(headers: readonly string[], body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const head = ['HTTP/1.1 200 OK', ...headers, `Content-Length: ${bytes.length}`, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}
