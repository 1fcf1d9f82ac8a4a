import type { AgentRecord } from '../agents/agent-record.ts';
import { randomNumber } from '../core/random.ts';
import type { QueueRecord } from './queue-record.ts';

type Wanted = Pick<QueueRecord, 'tag_ids' | 'routing_method'>;

/** Whether an agent is there to take calls, now or when he is through with another one. */
export function isOnDuty({ status }: Pick<AgentRecord, 'status'>): boolean {
  return status !== 'away' && status !== 'offline';
}

/** Whether an agent takes calls of this queue: one tag in common suffices, and a queue without tags takes anybody. */
export function serves({ tag_ids, addresses }: AgentRecord, queue: Wanted): boolean {
  const isAble = queue.tag_ids.length === 0 || queue.tag_ids.some((tag) => tag_ids.includes(tag));
  return isAble && addresses.length > 0;
}

export interface Choosing {
  /** Those who have not taken this very call: they are rung for it again where there is nobody else. */
  readonly refusers?: ReadonlySet<string>;
  /** From 0 to 1, without 1. */
  readonly random?: () => number;
}

/** Whom of those who are free to ring for a call of this queue. */
export function agentFor(
  queue: Wanted,
  free: readonly AgentRecord[],
  { refusers, random = randomNumber }: Choosing = {},
): AgentRecord | undefined {
  const all = free.filter((agent) => serves(agent, queue));
  const others = refusers ? all.filter(({ id }) => !refusers.has(id)) : all;
  const able = others.length > 0 ? others : all;
  switch (queue.routing_method) {
    case 'random':
      return able[Math.floor(random() * able.length)];
    case 'longest_idle':
      return able.reduce<AgentRecord | undefined>(
        (idlest, agent) => (idlest && idlest.tm_update <= agent.tm_update ? idlest : agent),
        undefined,
      );
    default:
      return queue.routing_method satisfies never;
  }
}
