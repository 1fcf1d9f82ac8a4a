import { undici } from '../core/undici.ts';

/**
 * How a request of ours can fail without an answer:
 * - `invalid`: the URL, the headers or what came back is not HTTP as we accept it
 * - `blocked`: the destination is not allowed
 * - `timeout`, `unreachable`: no answer in time; no connection, also none in time, or a broken one
 * - `too_large`: the body exceeds what the caller reads
 * - `aborted`: the caller's signal; `cause` is its reason
 */
export type HttpFailure = 'invalid' | 'blocked' | 'timeout' | 'unreachable' | 'too_large' | 'aborted';

interface HttpErrorOptions {
  readonly isFinal?: boolean;
  readonly cause?: unknown;
}

/** A request without an answer. The message may be shown to whoever named the URL: it never holds a resolved address. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpFailure;
  /** The same request can never succeed, so trying again is pointless. */
  readonly isFinal: boolean;

  constructor(code: HttpFailure, message: string, options: HttpErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.isFinal = options.isFinal ?? false;
  }
}

interface Circumstances {
  readonly signal: AbortSignal | undefined;
  readonly isLate: boolean;
  /** It has begun to go out: the server may have it. */
  readonly wasSent: boolean;
  /** The head of an answer has come: it was taken there, and asking again would be asking twice. */
  readonly hasAnswered: boolean;
}

/**
 * Translates whatever undici, the socket or the resolver threw. The original is not kept as `cause`: its message names the
 * address that was connected to.
 */
export function toHttpError(error: unknown, circumstances: Circumstances): HttpError {
  const { signal, isLate, wasSent, hasAnswered } = circumstances;
  if (signal?.aborted) return new HttpError('aborted', 'the request was aborted', { cause: signal.reason });
  if (isLate) return late(wasSent);
  if (error instanceof HttpError) return error;
  const code = codeOf(error);
  if (timeouts.has(code)) return late(wasSent);
  if (error instanceof undici().errors.HTTPParserError || invalidAnswers.has(code)) {
    return new HttpError('invalid', 'the answer is not valid HTTP');
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return new HttpError('invalid', 'the request is not valid HTTP', { isFinal: true });
  }
  if (hasAnswered) return new HttpError('invalid', 'the answer broke off');
  return new HttpError(
    'unreachable',
    code === '' ? 'the connection failed' : `the connection failed (${code})`,
  );
}

/** A host that takes no connection is not there: nobody has the request, and it may be made again. */
function late(wasSent: boolean): HttpError {
  return wasSent
    ? new HttpError('timeout', 'no complete answer in time')
    : new HttpError('unreachable', 'no connection in time');
}

const invalidAnswers = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

const timeouts = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `UND_ERR_SOCKET`, …: says what happened and names no address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(error.code) ? error.code : '';
}
