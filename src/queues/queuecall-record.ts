export const queuecallStatuses = ['wait', 'entering', 'service', 'done', 'abandoned'] as const;

/** `entering` while an agent is rung for it, `service` while they talk; `abandoned`: it ended without. */
export type QueuecallStatus = (typeof queuecallStatuses)[number];

export const queuecallReasons = [
  '',
  'agent',
  'hangup',
  'failed',
  'flow',
  'kicked',
  'wait_timeout',
  'service_timeout',
  'empty',
] as const;

/** Why a call is in its queue no longer: nothing while it is, else who or what ended it. */
export type QueuecallReason = (typeof queuecallReasons)[number];

/** A call's time in a queue, as REST, webhooks and the store show it: the seeds' fields, then ours. */
export interface QueuecallRecord {
  readonly id: string;
  readonly reference_type: 'call';
  readonly reference_id: string;
  readonly status: QueuecallStatus;
  /** Who is rung, or talks; the zero UUID: nobody. */
  readonly service_agent_id: string;
  readonly tm_create: string;
  readonly tm_service: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  readonly queue_id: string;
  /** Higher ones are served first. */
  readonly priority: number;
  /** Milliseconds; 0 while they are not known. */
  readonly duration_waiting: number;
  readonly duration_service: number;
  readonly reason: QueuecallReason;
}

export type QueuecallEventType =
  | 'queuecall_created'
  | 'queuecall_entering'
  | 'queuecall_kicking'
  | 'queuecall_serviced'
  | 'queuecall_done'
  | 'queuecall_abandoned';
