import type { WebhookEvent } from './event-families.ts';

/** An event on its way out. Events of one lane (a call with its activeflow) reach an endpoint in this order. */
export interface PublishedEvent {
  readonly event: WebhookEvent;
  /** The call's id, or the activeflow's where there is no call, or the webhook's. */
  readonly lane: string;
}
