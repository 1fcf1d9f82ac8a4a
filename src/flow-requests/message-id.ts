import { randomUUID } from 'node:crypto';

/** A `webhook-id`: the same for every try of one request. */
export function newMessageId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`;
}
