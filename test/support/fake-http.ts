import { sleep } from '../../src/core/wait.ts';
import type { HttpPort, NoReply, ReplyHead, UserReply, UserRequest } from '../../src/ports/http.ts';

/** How a request is answered: with a body (and a status), or not at all. */
export interface FakeReply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly failure?: NoReply['failure'];
  /** Milliseconds until then. */
  readonly delay?: number;
  /** What comes of a body that is streamed, and the milliseconds between; then `failure`, if there is one. */
  readonly pieces?: readonly (string | number)[];
}

/** Other people's servers: what they were asked, and what they reply. https: everywhere, http: nowhere. */
export class FakeHttp {
  /** Oldest first. */
  readonly requests: UserRequest[] = [];
  /** How long each takes, in milliseconds, where its reply does not say. */
  duration = 0;
  /** Requests whose caller gave up. */
  aborted = 0;
  readonly #replies: FakeReply[] = [];

  /** What the next requests get, one after the other; the last is repeated. */
  reply(...replies: readonly FakeReply[]): void {
    this.#replies.splice(0, this.#replies.length, ...replies);
  }

  get port(): HttpPort {
    return {
      checkUrl: (url) => (url.startsWith('https://') ? undefined : 'must be an https: URL'),
      request: (request, signal) => this.#answer(request, signal),
      stream: (request, take, signal) => this.#stream(request, take, signal),
    };
  }

  async #stream(
    request: UserRequest,
    take: (body: AsyncIterable<Uint8Array>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<ReplyHead | NoReply> {
    this.requests.push(request);
    const { status = 200, body = '', failure, delay = this.duration, pieces = [String(body)] } = this.#next();
    if (delay > 0) await this.#wait(delay, signal);
    signal.throwIfAborted();
    if (failure && pieces.length === 0) return { failure, message: failure };
    if (status !== 200) return { status, headers: {} };
    const broken = new Error('the body broke off');
    try {
      await take(this.#bodyOf(pieces, failure && broken, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (failure && error === broken) return { failure, message: failure };
      throw error;
    }
    return { status, headers: {} };
  }

  async *#bodyOf(
    pieces: readonly (string | number)[],
    failure: Error | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      signal.throwIfAborted();
      if (typeof piece === 'number') await this.#wait(piece, signal);
      else yield Buffer.from(piece);
    }
    if (failure) throw failure;
  }

  async #answer(request: UserRequest, signal: AbortSignal): Promise<UserReply | NoReply> {
    this.requests.push(request);
    const { status = 200, body = '', headers = {}, failure, delay = this.duration } = this.#next();
    const wait = Math.min(delay, request.timeout);
    if (wait > 0) await this.#wait(wait, signal);
    if (delay > request.timeout) return { failure: 'timeout', message: 'no complete answer in time' };
    if (failure) return { failure, message: failure };
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    if (bytes.length > request.maxBytes) return { failure: 'too_large', message: 'the answer is too large' };
    return { status, headers, body: bytes };
  }

  #next(): FakeReply {
    return (this.#replies.length > 1 ? this.#replies.shift() : this.#replies[0]) ?? {};
  }

  async #wait(delay: number, signal: AbortSignal): Promise<void> {
    try {
      await sleep(delay, signal);
    } catch (error) {
      this.aborted++;
      throw error;
    }
  }
}
