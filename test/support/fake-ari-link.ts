import { WebSocket } from 'ws';

export interface FakeLinkOptions {
  /** Where the daemon listens, with the path of the application. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly protocols?: readonly string[];
  /** What Asterisk says when the application is registered. */
  readonly registered: string;
  /** Takes what comes over one connection. */
  readonly takes: () => (text: string, socket: WebSocket) => void;
}

/** Asterisk tries again at once, and then in these steps. */
const redialEvery = 20;

/**
 * The connection that the fake Asterisk makes itself, and makes again whenever it is lost. What happens meanwhile is kept, and comes
 * first, and the news of the registration behind it.
 */
export class FakeAriLink implements AsyncDisposable {
  /** The statuses it was refused with, and 0 where nobody listened. */
  readonly refusals: number[] = [];
  readonly #options: FakeLinkOptions;
  readonly #kept: string[] = [];
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wasConnected = false;
  #isClosed = false;

  constructor(options: FakeLinkOptions) {
    this.#options = options;
    this.#dial();
  }

  get isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(text: string): void {
    if (this.#socket && this.isConnected) this.#socket.send(text);
    else this.#kept.push(text);
  }

  /** Cuts it, in the middle of everything; it is made again. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Says nothing any more, pings included. */
  fallSilent(): void {
    this.#socket?.pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #dial(): void {
    const { url, user, password, protocols = ['ari'], takes } = this.#options;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const socket = new WebSocket(url, [...protocols], { headers: { authorization } });
    const take = takes();
    this.#socket = socket;
    socket.on('unexpected-response', (request, { statusCode }) => {
      this.refusals.push(statusCode ?? 0);
      request.destroy();
      this.#redial();
    });
    socket.on('error', () => {
      if (socket.readyState === WebSocket.OPEN) return;
      this.refusals.push(0);
      this.#redial();
    });
    socket.on('open', () => this.#greet(socket));
    socket.on('message', (data) => take(String(data), socket));
    socket.on('close', () => this.#redial());
  }

  #greet(socket: WebSocket): void {
    const { registered } = this.#options;
    if (!this.#wasConnected) socket.send(registered);
    for (const text of this.#kept.splice(0)) socket.send(text);
    if (this.#wasConnected) socket.send(registered);
    this.#wasConnected = true;
  }

  #redial(): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => this.#dial(), redialEvery);
  }
}
