import { sleep } from '../core/wait.ts';
import type { LaterRequest } from '../ports/flow-requests.ts';
import type { HttpPort, NoReply, ReplyHead, UserReply, UserRequest } from '../ports/http.ts';

/** What a server says. */
export interface Reply {
  /** 200 unless given. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** There is no reply. */
  readonly failure?: NoReply['failure'] | undefined;
  /** Milliseconds until then; 50 unless given. */
  readonly delay?: number | undefined;
}

/** What those say whose URLs match: `*` stands for anything, `https://crm.example/*`. */
export interface Webhook extends Reply {
  /** Any unless given. */
  readonly method?: string | undefined;
  readonly url: string;
}

/** A request as servers see it. */
export type SimulatedRequestToServer = Pick<UserRequest, 'method' | 'url' | 'headers' | 'body'>;

/** Rules, of which the first that matches counts, or whoever is asked; nothing: nobody knows. */
export type Webhooks =
  | readonly Webhook[]
  | ((request: SimulatedRequestToServer) => Reply | undefined | Promise<Reply | undefined>);

export interface WebOptions {
  readonly webhooks: Webhooks;
  /** Real requests, where nothing else answers. */
  readonly online?: HttpPort | undefined;
  /** A request has got its reply, or none (status 0). */
  readonly onAnswered: (
    request: SimulatedRequestToServer,
    reply: Reply & { status: number },
    isAwaited: boolean,
  ) => void;
  /** Nobody has said what is answered there. */
  readonly onUnknown: (request: SimulatedRequestToServer) => void;
  /** No virtual time passes meanwhile. */
  readonly outside: <T>(work: Promise<T>) => Promise<T>;
}

const usualDelay = 50;

/** Other people's servers, as far as it was said what they answer. */
export class SimulatedWeb {
  readonly #options: WebOptions;
  readonly #patterns = new Map<string, RegExp>();

  constructor(options: WebOptions) {
    this.#options = options;
  }

  readonly port: HttpPort = {
    checkUrl: (url) => (/^https?:\/\/[^/]/.test(url) ? undefined : 'must be an http: or https: URL'),
    request: (request, signal) => this.#request(request, signal),
    stream: (request, take, signal) => this.#stream(request, take, signal),
  };

  /** Nobody waits for what comes of it. */
  async later({ request }: LaterRequest): Promise<void> {
    const reply = (await this.#find(request)) ?? {};
    this.#options.onAnswered(request, { ...reply, status: statusOf(reply) }, false);
  }

  async #request(request: UserRequest, signal: AbortSignal): Promise<UserReply | NoReply> {
    const found = await this.#find(request);
    const { online, outside, onAnswered } = this.#options;
    if (!found && online) {
      const reply = await outside(online.request(request, signal));
      onAnswered(request, 'failure' in reply ? { ...reply, status: 0 } : heard(reply), true);
      return reply;
    }
    const reply = await this.#wait(request, found, signal);
    if ('body' in reply && reply.body.length > request.maxBytes)
      return { failure: 'too_large', message: 'the answer is too large' };
    return reply;
  }

  async #stream(
    request: UserRequest,
    take: (body: AsyncIterable<Uint8Array>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<ReplyHead | NoReply> {
    const found = await this.#find(request);
    const { online, outside } = this.#options;
    if (!found && online) return outside(online.stream(request, take, signal));
    const reply = await this.#wait(request, found, signal);
    if ('failure' in reply) return reply;
    if (reply.status === 200) await take(inOne(reply.body));
    return { status: reply.status, headers: reply.headers };
  }

  async #find(request: SimulatedRequestToServer): Promise<Reply | undefined> {
    const { webhooks, outside } = this.#options;
    if (typeof webhooks !== 'function')
      return webhooks.find(
        ({ method = request.method, url }) => method === request.method && this.#matches(url, request.url),
      );
    const answer = webhooks(request);
    return answer instanceof Promise ? outside(answer) : answer;
  }

  async #wait(
    request: UserRequest,
    found: Reply | undefined,
    signal: AbortSignal,
  ): Promise<UserReply | NoReply> {
    const { onAnswered, onUnknown } = this.#options;
    if (!found) onUnknown(request);
    const reply: Reply = found ?? { failure: 'unreachable' };
    const { delay = usualDelay, headers = {}, body = '' } = reply;
    await sleep(Math.min(delay, request.timeout), signal);
    const failure = delay > request.timeout ? 'timeout' : reply.failure;
    onAnswered(request, { ...reply, failure, status: failure ? 0 : statusOf(reply) }, true);
    if (failure) return { failure, message: failure };
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { status: statusOf(reply), headers: Object.fromEntries(lower), body: Buffer.from(body) };
  }

  #matches(pattern: string, url: string): boolean {
    const known = this.#patterns.get(pattern) ?? patternOf(pattern);
    this.#patterns.set(pattern, known);
    return known.test(url);
  }
}

/** Only the stars mean something: nothing that takes longer for a longer URL. */
function patternOf(text: string): RegExp {
  const parts = text.split(/\*+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
}

function statusOf({ status = 200, failure }: Reply): number {
  return failure ? 0 : status;
}

function heard({ status, body }: UserReply): Reply & { status: number } {
  return { status, body: body.toString() };
}

async function* inOne(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
