import type { Address } from '../calls/address.ts';

export const ringMethods = ['ringall', 'linear'] as const;
export const agentStatuses = ['available', 'away', 'busy', 'offline', 'ringing'] as const;

export type RingMethod = (typeof ringMethods)[number];
export type AgentStatus = (typeof agentStatuses)[number];

/** An agent as REST, webhooks and the store show it: the fields, names and order of the seeds' `agent_*` events. */
export interface AgentRecord {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly detail: string;
  readonly ring_method: RingMethod;
  readonly status: AgentStatus;
  readonly permission: number;
  readonly tag_ids: readonly string[];
  readonly addresses: readonly Address[];
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** Whether a queue rings him while another call of his lives. */
  readonly call_waiting: boolean;
  /** So many calls in a row he has not answered. */
  readonly missed_calls: number;
}

/** The fields behind the first ones, as they are of an agent of an earlier version. */
export const agentDefaults = { call_waiting: false, missed_calls: 0 } satisfies Partial<AgentRecord>;

export type AgentEventType = 'agent_created' | 'agent_updated' | 'agent_deleted' | 'agent_status_updated';
