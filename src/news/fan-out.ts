import { messageId } from '../core/message-id.ts';
import type { WebhookEvent } from './event-families.ts';
import { matches } from './event-types.ts';
import type { PublishedEvent } from './events.ts';
import type { NewDelivery } from './outbox.ts';

/** A webhook as the events see it that are for whoever subscribed to them. */
export interface Subscriber {
  readonly id: string;
  /** As its owner wrote them; missing = all, `[]` = none. */
  readonly event_types?: readonly string[] | undefined;
  /** `disabled` is our doing: gone, or failing for days. */
  readonly status: 'active' | 'inactive' | 'disabled';
}

/** One delivery per event and active subscriber that wants it, in the order of the events. */
export function fanOut(
  published: readonly PublishedEvent[],
  subscribers: readonly Subscriber[],
  now: number,
): NewDelivery[] {
  const deliveries: NewDelivery[] = [];
  for (const { event, lane } of published) {
    const { type, data } = event;
    let body: string | undefined;
    for (const { id: endpointId, status, event_types } of subscribers) {
      if (status !== 'active' || isItsOwnEnd(endpointId, event) || !matches(event_types, event)) continue;
      body ??= JSON.stringify({ type, data });
      deliveries.push({
        id: messageId(),
        endpointId,
        lane,
        type,
        body,
        createdAt: now,
        callId: callOf(event),
      });
    }
  }
  return deliveries;
}

/** What a delivery says, as JSON. */
export function dataIn({ type, body }: Pick<NewDelivery, 'type' | 'body'>): string {
  return body.slice(`{"type":"${type}","data":`.length, -1);
}

/** A webhook that is given up is told of to the others. */
function isItsOwnEnd(id: string, { type, data }: WebhookEvent): boolean {
  return type === 'webhook_disabled' && data.id === id;
}

/** The call that an event is about: it is one, or it says so. */
export function callOf({ type, data }: WebhookEvent): string | undefined {
  if ('reference_type' in data) return data.reference_type === 'call' ? data.reference_id : undefined;
  return type.startsWith('call_') ? data.id : undefined;
}
