import { randomUUID } from 'node:crypto';
import type { Endpoint } from './endpoint.ts';
import { matches } from './event-types.ts';
import type { PublishedEvent, WebhookEvent } from './events.ts';
import type { NewDelivery } from './outbox.ts';

/** One delivery per event and active endpoint that wants it, in the order of the events. */
export function fanOut(
  published: readonly PublishedEvent[],
  endpoints: Iterable<Endpoint>,
  now: number,
): NewDelivery[] {
  const active = [...endpoints].filter(({ status }) => status === 'active');
  return published.flatMap(({ event, lane }) => {
    const receivers = active.filter((endpoint) => matches(endpoint.event_types, event));
    if (receivers.length === 0) return [];
    const { type, data } = event;
    const body = JSON.stringify({ type, data });
    const callId = callOf(event);
    return receivers.map(({ id: endpointId }) => ({
      id: messageId(),
      endpointId,
      lane,
      type,
      body,
      createdAt: now,
      ...(callId !== undefined && { callId }),
    }));
  });
}

/** The call that an event is about: it is one, or it says so. */
function callOf({ type, data }: WebhookEvent): string | undefined {
  if ('reference_type' in data) return data.reference_type === 'call' ? data.reference_id : undefined;
  return type.startsWith('call_') ? data.id : undefined;
}

/** The `webhook-id` of a new delivery. */
export function messageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`;
}
