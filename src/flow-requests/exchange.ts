import { now } from '../core/clock.ts';
import type { HttpPort, NoReply, UserReply, UserRequest } from '../ports/http.ts';
import { doubling, retried } from './retried.ts';

export interface Trying {
  readonly http: Pick<HttpPort, 'request'>;
  readonly retries: number;
  /** Whether a server that does not answer in time is asked again: not while a caller waits. */
  readonly isPatient?: boolean;
  readonly signal: AbortSignal;
  /** When there is no more time for it; of one that begins a minute later. */
  readonly until?: number;
  /** Headers of one try, which say when it was made. */
  readonly sign?: () => Readonly<Record<string, string>>;
}

/** What came of a request, and how long its last try took. */
export interface Exchange {
  readonly result: UserReply | NoReply;
  readonly duration: number;
}

/** All tries and the pauses between them together. */
export const longestExchange = 60_000;

/** One that is made once more has a little time, however long nobody was there. */
const shortest = 5_000;

/** Sends while somebody waits for the reply, and sends again after 200 ms and then twice as long each time. */
export async function exchange(
  request: UserRequest,
  { http, retries, isPatient = false, until = now() + longestExchange, signal, sign }: Trying,
): Promise<Exchange> {
  let duration = 0;
  const send = async (most: number): Promise<UserReply | NoReply> => {
    const began = now();
    const headers = { ...request.headers, ...sign?.() };
    const reply = await http.request(
      { ...request, headers, timeout: Math.min(request.timeout, most) },
      signal,
    );
    duration = now() - began;
    return reply;
  };
  const longest = Math.max(shortest, until - now());
  const result = await retried(send, { pauses: doubling(retries), isPatient, longest, signal });
  return { result, duration };
}
