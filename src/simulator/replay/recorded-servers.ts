import { unseen } from '../../core/unseen.ts';
import type { Reply, SimulatedRequestToServer } from '../web.ts';
import type { Met, RecordedCall } from './recorded-call.ts';

/** Longer than any action waits. */
const never = 3_600_000;

/**
 * What servers answered a recorded call, each request at its place: in the order in which it was asked for. What the caller did not wait
 * for was not answered. `onUnknown` hears of replies that were not kept.
 */
export function recordedServers({ met, isInterrupted }: RecordedCall, onUnknown: (what: string) => void) {
  const known = Map.groupBy(
    met.filter(({ type }) => type === 'request'),
    ({ what, data }) => keyOf(what, data.url ?? ''),
  );
  const left = new Map([...known].map(([key, replies]) => [key, [...replies]]));
  /** A try of the same request gets the same reply: that of the last one is what is known. */
  const answered = new Map<string, Reply>();
  const last = met.findLast(({ type }) => type === 'action');
  const isLeft = isInterrupted && (last?.what === 'webhook_send' || last?.what === 'fetch');
  return ({ method, url, headers }: SimulatedRequestToServer): Reply | undefined => {
    const id = headers?.['webhook-id'];
    const before = id === undefined ? undefined : answered.get(id);
    if (before) return before;
    const next = left.get(keyOf(method, url))?.shift();
    const isLast = isLeft && [...left.values()].every((replies) => replies.length === 0);
    if (next?.data.reply === unseen) onUnknown(`the reply to ${keyOf(method, url)} was not kept`);
    const reply = next ? replyOf(next) : isLast ? unanswered : undefined;
    if (id !== undefined && reply) answered.set(id, reply);
    return reply;
  };
}

const unanswered: Reply = { failure: 'timeout', delay: never };

function replyOf({ at, end, data }: Met): Reply {
  const delay = Math.max(0, end - at);
  const { status, reply = '', failure, content_type = 'application/json' } = data;
  if (failure !== undefined) return { failure: failure as NonNullable<Reply['failure']>, delay }; // as it was written down
  return { status, body: reply, headers: { 'content-type': content_type }, delay };
}

/** Queries may hold what is not kept. */
function keyOf(method: string, url: string): string {
  return `${method} ${url.replace(/[?#].*$/, '')}`;
}
