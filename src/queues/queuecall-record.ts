import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';

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
  'callback',
  'callback_failed',
  'callback_timeout',
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
  /** The leg on which its agent has taken it; the zero UUID before. */
  readonly agent_call_id: string;
  /** The number at which the caller is called back; empty where he is not. */
  readonly callback_target: string;
  /** How often he was called. */
  readonly callback_tries: number;
}

/** The fields behind the first ones, as they are of one of an earlier version. */
export const queuecallDefaults = {
  agent_call_id: zeroId,
  callback_target: '',
  callback_tries: 0,
} satisfies Partial<QueuecallRecord>;

export type QueuecallEventType =
  | 'queuecall_created'
  | 'queuecall_entering'
  | 'queuecall_kicking'
  | 'queuecall_callback'
  | 'queuecall_calling'
  | 'queuecall_serviced'
  | 'queuecall_done'
  | 'queuecall_abandoned';

export interface FirstQueuecall {
  readonly id: string;
  readonly callId: string;
  readonly queue: { readonly id: string };
  readonly priority: number;
}

/** Of a call that has just come. */
export function firstQueuecall({ id, callId, queue, priority }: FirstQueuecall): QueuecallRecord {
  return {
    id,
    reference_type: 'call',
    reference_id: callId,
    status: 'wait',
    service_agent_id: zeroId,
    tm_create: wireTime(nowMicros()),
    tm_service: neverTime,
    tm_update: neverTime,
    tm_delete: neverTime,
    queue_id: queue.id,
    priority,
    duration_waiting: 0,
    duration_service: 0,
    reason: '',
    ...queuecallDefaults,
  };
}

/** As it is counted: 1 where its caller was to be called back; 2 where he was to be already, and is counted with his first place. */
export function howCalledBack({ reason, callback_target }: QueuecallRecord): 0 | 1 | 2 {
  if (reason === 'callback') return 2;
  return callback_target === '' ? 0 : 1;
}
