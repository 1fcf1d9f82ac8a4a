import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { sleep } from '../core/wait.ts';
import type { NoReply, Services, UserReply, UserRequest } from '../flows/services.ts';
import { noReplyReasons, statusReason } from '../http/reply-reasons.ts';

export interface Retried {
  readonly http: Services['http'];
  readonly retries: number;
  readonly signal: AbortSignal;
}

/** All tries and the pauses between them together. */
const longest = 60_000;
const firstPause = 200;

/**
 * Asks again, after 200 ms and then twice as long each time, while there is no connection, no reply in time, or a reply
 * that says "later" (429, 5xx). The last result is the result.
 */
export async function requestWithRetries(
  request: UserRequest,
  { http, retries, signal }: Retried,
): Promise<UserReply | NoReply> {
  const end = now() + longest;
  for (let attempt = 0; ; attempt++) {
    const left = Math.max(1, end - now());
    const result = await http.request({ ...request, timeout: Math.min(request.timeout, left) }, signal);
    const pause = firstPause * 2 ** attempt;
    if (attempt >= retries || !isWorthARetry(result) || now() + pause >= end) return result;
    await sleep(pause, signal);
  }
}

/**
 * The reply where it is a good one.
 * @throws ActionError with the reason of the details: `TIMEOUT`, `UNREACHABLE`, `INVALID_REQUEST`, `INVALID_RESPONSE`,
 * `REDIRECTION`, `CLIENT_ERROR`, `SERVER_ERROR`
 */
export function goodReply(result: UserReply | NoReply): UserReply {
  if ('failure' in result) throw new ActionError(noReplyReasons[result.failure], result.message);
  const refusal = statusReason(result.status);
  if (refusal === undefined) return result;
  throw new ActionError(refusal, `the server answered with status ${result.status}`);
}

function isWorthARetry(result: UserReply | NoReply): boolean {
  if ('failure' in result) return result.failure === 'timeout' || result.failure === 'unreachable';
  return result.status === 429 || result.status >= 500;
}
