import { zeroId } from '../core/clock.ts';
import { type Announcements, noAnnouncements } from '../ports/announcements.ts';
import { type CallbackOption, noCallbackKey } from '../ports/callback-option.ts';

export const routingMethods = ['random', 'longest_idle'] as const;

/** Which of those who are free is rung. */
export type RoutingMethod = (typeof routingMethods)[number];

/** A queue as REST, webhooks and the store show it. Times in milliseconds. */
export interface QueueRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  readonly routing_method: RoutingMethod;
  /** An agent with one of these is rung; none: any agent. */
  readonly tag_ids: readonly string[];
  /** Run again and again while a call waits; the zero UUID: music. */
  readonly wait_flow_id: string;
  /** How long a call waits, and how long it talks with an agent; 0: no limit. */
  readonly wait_timeout: number;
  readonly service_timeout: number;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** How long each address of an agent rings. */
  readonly ring_timeout: number;
  /** How long an agent who did not take a call is left alone. */
  readonly retry_delay: number;
  /** How long an agent stays busy after a call. */
  readonly wrap_up: number;
  /** Whether nobody waits while none of its agents is on duty. */
  readonly leave_when_empty: boolean;
  /** What those who wait are told now and then. */
  readonly announcements: Announcements;
  /** So many calls in a row an agent may leave unanswered before he is `away`; 0: as many as he likes. */
  readonly auto_away: number;
  /** The key that an agent presses while he talks, who needs no time behind the call; empty: none. */
  readonly wrap_up_key: string;
  /** How those who wait may ask to be called back. */
  readonly callback: CallbackOption;
  /** Run when who is called back has answered, until it is at the queue; the zero UUID: he is there at once. */
  readonly callback_flow_id: string;
  /** What those hear who wait without a flow, or are put on hold by an agent's phone; empty: the usual. */
  readonly music: string;
}

/** The fields behind the first ones, as they are of a queue of an earlier version. */
export const queueDefaults = {
  leave_when_empty: false,
  announcements: noAnnouncements,
  auto_away: 0,
  wrap_up_key: '',
  callback: noCallbackKey,
  callback_flow_id: zeroId,
  music: '',
} satisfies Partial<QueueRecord>;

export type QueueEventType = 'queue_created' | 'queue_updated' | 'queue_deleted';
