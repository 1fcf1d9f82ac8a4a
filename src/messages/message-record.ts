import type { Address } from '../calls/address.ts';
import { neverTime } from '../core/clock.ts';

export type MessageEventType = 'message_created' | 'message_updated' | 'message_deleted';

export const targetStatuses = ['queued', 'sent', 'delivered', 'failed', 'received'] as const;

/**
 * What has become of a message at one of its targets: it waits for its next try; whoever carries it has taken it; it is there; it
 * never will be; it has come in.
 */
export type TargetStatus = (typeof targetStatuses)[number];

/** One of those whom a message is for. */
export interface MessageTarget {
  readonly destination: Address;
  readonly status: TargetStatus;
  readonly conversation_id: string;
  /** What was wrong with the last try, `http_503`; empty where nothing was. */
  readonly reason: string;
  readonly tm_update: string;
}

/** A message as REST, webhooks and the store show it: the fields of VoIPBIN, ours behind. */
export interface MessageRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly type: 'sms';
  readonly source: Address;
  readonly targets: readonly MessageTarget[];
  readonly text: string;
  /** There is nothing but text. */
  readonly medias: readonly string[];
  readonly direction: 'inbound' | 'outbound';
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}

/** Whether nothing is left to be tried of it. */
export function isSettled({ targets, tm_delete }: Pick<MessageRecord, 'targets' | 'tm_delete'>): boolean {
  return tm_delete !== neverTime || targets.every(({ status }) => status !== 'queued');
}

/** The same message, with something else known of one of its targets. */
export function withTarget(
  record: MessageRecord,
  index: number,
  known: Pick<MessageTarget, 'status' | 'reason'>,
  tm_update: string,
): MessageRecord {
  const targets = record.targets.map((target, each) =>
    each === index ? { ...target, ...known, tm_update } : target,
  );
  return { ...record, targets, tm_update };
}
