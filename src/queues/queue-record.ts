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
}

export type QueueEventType = 'queue_created' | 'queue_updated' | 'queue_deleted';
