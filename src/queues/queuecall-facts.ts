import type { QueueFacts } from '../ports/queues.ts';
import type { QueueRecord } from './queue-record.ts';
import type { QueuecallRecord } from './queuecall-record.ts';

/** What a call in a queue knows of its place. */
export function factsOf(
  record: QueuecallRecord,
  { wait_timeout, service_timeout }: Pick<QueueRecord, 'wait_timeout' | 'service_timeout'>,
): QueueFacts {
  const { id, status, service_agent_id, priority, duration_waiting, duration_service, reason } = record;
  return {
    'voipbin.queuecall.id': id,
    'voipbin.queuecall.status': status,
    'voipbin.queuecall.agent_id': service_agent_id,
    'voipbin.queuecall.priority': String(priority),
    'voipbin.queuecall.timeout_wait': String(wait_timeout),
    'voipbin.queuecall.timeout_service': String(service_timeout),
    'voipbin.queuecall.duration_waiting': String(duration_waiting),
    'voipbin.queuecall.duration_service': String(duration_service),
    'voipbin.queuecall.reason': reason,
  };
}

/** Where it stands in the line (0: no longer in it), and in milliseconds how long it may wait, where that can be said. */
export function standingFacts(position: number, estimate: number | undefined): QueueFacts {
  const inWhole = (unit: number, round: (value: number) => number): string =>
    estimate === undefined ? '' : String(round(estimate / unit));
  return {
    'voipbin.queuecall.position': String(position),
    'voipbin.queuecall.estimated_wait': inWhole(1, Math.round),
    'voipbin.queuecall.estimated_wait_seconds': inWhole(1_000, Math.round),
    'voipbin.queuecall.estimated_wait_minutes': inWhole(60_000, Math.ceil),
  };
}
