/** A request to a URL that a user named. */
export interface UserRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For all of it, redirects and body too. */
  readonly timeout: number;
  /** A longer reply is none. */
  readonly maxBytes: number;
  /** How many redirects are followed; beyond, the redirect is the reply. None unless given. */
  readonly maxRedirects?: number;
}

/** One that is complete but for its bounds, and is text. */
export interface BuiltRequest extends Pick<UserRequest, 'method' | 'url' | 'maxRedirects'> {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ReplyHead {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface UserReply extends ReplyHead {
  readonly body: Buffer;
}

/** That there is no reply, and why: `invalid_request` and `blocked` will never have one. The message names no address. */
export interface NoReply {
  readonly failure: 'invalid_request' | 'blocked' | 'timeout' | 'unreachable' | 'invalid_reply' | 'too_large';
  readonly message: string;
}

export interface HttpPort {
  /**
   * Asks, and hands on the body of a 200 as it comes; of any other reply there is the head. Rejects only with the signal's reason, and
   * with what `take` throws of its own.
   */
  stream(
    request: UserRequest,
    take: (body: AsyncIterable<Uint8Array>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<ReplyHead | NoReply>;
  /** What is wrong with a URL, as far as can be said before it is asked; `undefined` where nothing is. */
  checkUrl(url: string): string | undefined;
  /** Asks, where users' URLs may lead. Rejects only with the signal's reason. */
  request(request: UserRequest, signal: AbortSignal): Promise<UserReply | NoReply>;
}

/** Where a reply is its status, and what else is in it, or wrong with it, is of no interest. */
export interface StatusPort {
  /** Asks; rejects only with the signal's reason. */
  status(request: Omit<UserRequest, 'maxBytes'>, signal: AbortSignal): Promise<ReplyHead | NoReply>;
}
