import { randomUUID } from 'node:crypto';

/** A new `webhook-id`: the same for every try of one request. */
export function messageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`;
}
