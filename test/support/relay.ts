import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP port in front of another one that can be shut (connections are cut, new ones refused) and opened again. */
export class Relay implements AsyncDisposable {
  readonly port: number;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #isHeld = false;
  #server: Server | undefined;

  private constructor(server: Server, target: number) {
    this.port = (server.address() as AddressInfo).port; // a TCP server has one
    this.#target = target;
    this.#server = server;
    server.on('connection', (socket) => this.#join(socket));
  }

  static async to(target: number): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, target);
  }

  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** What is open carries nothing any more, and nobody is told, as where a router has forgotten it. New connections work. */
  forget(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  async open(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => this.#join(socket)).listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
  }

  /** From now on nothing goes through any more, and nobody is told. */
  hold(): void {
    this.#isHeld = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut();
  }

  #join(socket: Socket): void {
    const other = connect(this.#target, '127.0.0.1');
    for (const [one, two] of [
      [socket, other],
      [other, socket],
    ] as const) {
      this.#sockets.add(one);
      if (!this.#isHeld) one.pipe(two);
      one.on('error', () => undefined);
      one.once('close', () => {
        this.#sockets.delete(one);
        two.destroy();
      });
    }
  }
}
