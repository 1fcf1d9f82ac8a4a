import type { Agents, Held } from '../agents/agents.ts';
import type { Call } from '../calls/call.ts';
import { millisOf, neverTime, wireTime } from '../core/clock.ts';
import type { QueuecallRecord } from './queuecall-record.ts';
import type { LeftQueuecall } from './queuecall-state.ts';
import type { Queues, QueuesOptions } from './queues.ts';

/** What a daemon that died has left of its queues. */
export interface LeftQueues {
  /** In the order they came. */
  readonly queuecalls: readonly LeftQueuecall[];
  /** The agents it has held. */
  readonly held: readonly Held[];
}

export interface QueuesToGoOn {
  readonly queues: Queues;
  readonly agents: Pick<Agents, 'all'>;
  readonly tell: QueuesOptions['onChange'];
}

/**
 * The calls that live have their places again, and the agents who are rung for them or talk with them; who is held for nobody is
 * freed. The others have left, and whoever waits for that hears of it.
 */
export async function goOnWithQueues(
  { queuecalls, held }: LeftQueues,
  { queues, agents, tell }: QueuesToGoOn,
  {
    callOf,
    whenCompared,
  }: { readonly callOf: (id: string) => Call | undefined; readonly whenCompared: Promise<void> },
): Promise<void> {
  const all = queuecalls.length > 0 ? await agents.all() : [];
  const over: LeftQueuecall[] = [];
  for (const left of queuecalls) {
    const call = callOf(left.record.reference_id);
    const isBack = await queues.restore(left, { call, agents: all, whenCompared });
    if (!isBack) over.push(left);
  }
  emptyQueues(over, tell);
  await queues.freeLeft(held);
}

/** Nobody is in the queues of a daemon that died; whoever waits for that hears of it now. */
export function emptyQueues(
  left: readonly { readonly record: QueuecallRecord }[],
  tell: QueuesOptions['onChange'],
): void {
  for (const { record: queuecall } of left) {
    const isServed = queuecall.status === 'service';
    const now = wireTime();
    const { reason } = queuecall;
    tell(isServed ? 'queuecall_done' : 'queuecall_abandoned', {
      ...queuecall,
      status: isServed ? 'done' : 'abandoned',
      tm_service: isServed ? queuecall.tm_service : neverTime,
      tm_update: now,
      tm_delete: now,
      ...durationsOf(queuecall, now),
      reason: reason === '' ? 'failed' : reason,
    });
  }
}

/** From coming to the answer, or to the end where there was none; from the answer to the end. */
function durationsOf(queuecall: QueuecallRecord, end: string): Partial<QueuecallRecord> {
  const { status, tm_create, tm_service } = queuecall;
  if (status !== 'service') return { duration_waiting: between(tm_create, end) };
  return { duration_waiting: between(tm_create, tm_service), duration_service: between(tm_service, end) };
}

/** Milliseconds between two times as on the wire; none where the clock was set back. */
function between(from: string, to: string): number {
  const [began = 0, ended = 0] = [from, to].map(millisOf);
  return Math.max(0, ended - began);
}
