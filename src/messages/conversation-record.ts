import type { Address } from '../calls/address.ts';
import { derivedUuid } from '../core/derived-uuid.ts';

/** All messages between a number of ours and somebody else, as REST and the store show it. */
export interface ConversationRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly type: 'message';
  /** We, whoever has begun. */
  readonly source: Address;
  /** The other party. */
  readonly destination: Address;
  readonly tm_create: string;
  /** When the last message was. */
  readonly tm_update: string;
  readonly tm_delete: string;
}

/** The same for the same two parties, whichever daemon is the first to know of them. */
export function conversationIdOf(ours: Address, theirs: Address): string {
  return derivedUuid('conversation', JSON.stringify([partyOf(ours), partyOf(theirs)]));
}

/** Who it is, however that is written. */
export function partyOf({ type, target }: Address): string {
  if (type !== 'sip') return `${type}:${target}`;
  const [, user = target, host = ''] = /^(?:sip:)?([^@]*)@(.*?)(?::5060)?$/i.exec(target) ?? [];
  return `sip:${user}@${host.toLowerCase()}`;
}
