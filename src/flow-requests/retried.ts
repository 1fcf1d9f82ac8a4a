import { now } from '../core/clock.ts';
import { sleep } from '../core/wait.ts';
import type { NoReply, UserReply } from '../ports/http.ts';

export interface Retrying {
  /** In milliseconds, one before each further try. */
  readonly pauses: readonly number[];
  /** Whether a server that does not answer in time is asked again: not while a caller waits. */
  readonly isPatient: boolean;
  /** All tries and the pauses between them together, in milliseconds. */
  readonly longest?: number;
  /** Told before each pause, with the pauses behind it. */
  readonly onPause?: (pause: number, others: readonly number[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Sends, and sends again after each pause, while there is no connection or the server says "later" (429, 5xx). The last result
 * is the result; nothing where there was nobody to send to. `send` is told how long it may take at most.
 */
export async function retried<R extends UserReply | NoReply | undefined>(
  send: (most: number) => Promise<R>,
  { pauses, isPatient, longest = Number.POSITIVE_INFINITY, onPause, signal }: Retrying,
): Promise<R> {
  const end = now() + longest;
  let result = await send(longest);
  for (const [index, pause] of pauses.entries()) {
    if (!isForLater(result, isPatient) || now() + pause >= end) break;
    await onPause?.(pause, pauses.slice(index + 1));
    await sleep(pause, signal);
    result = await send(Math.max(1, end - now()));
  }
  return result;
}

/** Whether the same request may succeed in a moment. */
export function isForLater(result: UserReply | NoReply | undefined, isPatient: boolean): boolean {
  if (!result) return false;
  if ('failure' in result)
    return result.failure === 'unreachable' || (isPatient && result.failure === 'timeout');
  return result.status === 429 || result.status >= 500;
}

/** 200 ms, 400 ms, …: one pause before each of so many retries. */
export function doubling(retries: number): number[] {
  return Array.from({ length: retries }, (_, index) => 200 * 2 ** index);
}
