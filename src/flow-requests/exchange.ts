import { now } from '../core/clock.ts';
import { sleep } from '../core/wait.ts';
import type { NoReply, Services, UserReply } from '../flows/services.ts';
import type { BuiltRequest } from '../ports/built-request.ts';

export interface Trying {
  readonly http: Services['http'];
  readonly retries: number;
  /** For one try, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Headers of one try, which say when it was made. */
  readonly sign?: () => Readonly<Record<string, string>>;
}

/** What came of a request, and how long its last try took. */
export interface Exchange {
  readonly result: UserReply | NoReply;
  readonly duration: number;
}

/** All tries and the pauses between them together. */
const longest = 60_000;
const firstPause = 200;
const maxBytes = 1_048_576;

/**
 * Sends, and sends again after 200 ms and then twice as long each time, where there is no connection or the server says
 * "later" (429, 5xx). A server that does not answer in time is not asked again: the caller is waiting.
 */
export async function exchange(request: BuiltRequest, trying: Trying): Promise<Exchange> {
  const { http, retries, timeout, signal, sign } = trying;
  const end = now() + longest;
  for (let attempt = 0; ; attempt++) {
    const began = now();
    const left = Math.max(1, end - began);
    const headers = { ...request.headers, ...sign?.() };
    const sent = { ...request, headers, maxBytes, timeout: Math.min(timeout, left) };
    const result = await http.request(sent, signal);
    const duration = now() - began;
    const pause = firstPause * 2 ** attempt;
    if (attempt >= retries || !isForLater(result) || now() + pause >= end) return { result, duration };
    await sleep(pause, signal);
  }
}

/** Whether the same request may succeed in a moment. */
export function isForLater(result: UserReply | NoReply): boolean {
  if ('failure' in result) return result.failure === 'unreachable';
  return result.status === 429 || result.status >= 500;
}
