import { newDigits } from './new-id.ts';

/** The `webhook-id` of the request that a UUID stands for. */
export function messageIdOf(uuid: string): string {
  return `msg_${uuid.replaceAll('-', '')}`;
}

/** A new `webhook-id`: the same for every try of one request. */
export function messageId(): string {
  return `msg_${newDigits()}`;
}
