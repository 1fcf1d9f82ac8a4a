import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Bytes that went through, and when. */
export interface Chunk {
  readonly at: number;
  readonly connection: number;
  readonly isFromAsterisk: boolean;
  readonly bytes: Buffer;
}

/** Stands between a controller and ARI, passes everything on, and understands nothing: that is for later, when no call waits. */
export class Tap implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #chunks: Chunk[] = [];
  #connections = 0;

  private constructor({ hostname, port }: URL) {
    this.#server = createServer((down) => this.#join(down, connect(Number(port), hostname)));
  }

  static async to(ariUrl: string): Promise<Tap> {
    const tap = new Tap(new URL(ariUrl));
    tap.#server.listen(0, '127.0.0.1');
    await once(tap.#server, 'listening');
    return tap;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ari`; // a TCP server has one
  }

  /** All since the last time. */
  take(): Chunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(down: Socket, up: Socket): void {
    const connection = ++this.#connections;
    const carry = (from: Socket, to: Socket, isFromAsterisk: boolean): void => {
      this.#sockets.add(from.setNoDelay());
      from.on('data', (bytes) => {
        this.#chunks.push({ at: performance.now(), connection, isFromAsterisk, bytes });
        to.write(bytes);
      });
      from.on('error', () => undefined);
      from.once('end', () => to.end());
      from.once('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    };
    carry(down, up, false);
    carry(up, down, true);
  }
}
