import { systemTime } from '../core/clock.ts';
import type { GuardedClient } from '../http/guarded-client.ts';
import { HttpError } from '../http/http-error.ts';
import type { Endpoint } from './endpoint.ts';
import { parseRetryAfter } from './schedule.ts';
import { signatureHeaders } from './signature.ts';

/** What an endpoint made of one try. */
export interface Answer {
  /** HTTP status, 0 without an answer. */
  readonly status: number;
  /** `http_500`, `timeout`, `unreachable`, …; empty if delivered. */
  readonly error: string;
  /** Trying again is pointless. */
  readonly isFinal: boolean;
  readonly retryAfter: number | undefined;
}

export interface Attempt {
  readonly client: Pick<GuardedClient, 'requestHead'>;
  readonly endpoint: Endpoint;
  readonly delivery: { readonly id: string; readonly body: string };
  readonly timeout: number;
}

/**
 * Sends a delivery once. Only 2xx is success; a redirect is not followed.
 * @throws HttpError `aborted` only.
 */
export async function attempt(
  { client, endpoint, delivery, timeout }: Attempt,
  signal: AbortSignal,
): Promise<Answer> {
  const { id, body } = delivery;
  const { uri: url, method, secrets, auth } = endpoint;
  const now = systemTime();
  const headers = {
    'content-type': 'application/json',
    ...signatureHeaders({ id, now, body, secrets }),
    ...authorization(auth),
  };
  try {
    const { status, headers: answered } = await client.requestHead({
      method,
      url,
      headers,
      body,
      timeout,
      signal,
    });
    if (status >= 200 && status < 300) return { status, error: '', isFinal: false, retryAfter: undefined };
    const retryAfter = parseRetryAfter(answered['retry-after'], now);
    return { status, error: `http_${status}`, isFinal: status === 410, retryAfter };
  } catch (error) {
    if (!(error instanceof HttpError))
      return { status: 0, error: 'internal', isFinal: false, retryAfter: undefined };
    if (error.code === 'aborted') throw error;
    return { status: 0, error: error.code, isFinal: error.isFinal, retryAfter: undefined };
  }
}

function authorization(auth: Endpoint['auth']): Record<string, string> {
  if (!auth) return {};
  return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
}
