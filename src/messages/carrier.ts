import type { Address } from '../calls/address.ts';

/** What is to be brought to one target. */
export interface Parcel {
  /** The same for every try, and that of no other: who gets it twice can tell. */
  readonly id: string;
  readonly messageId: string;
  readonly source: Address;
  readonly destination: Address;
  readonly text: string;
}

/** What a try has come to. */
export type Tried =
  | { readonly status: 'sent' }
  /** It is of no use to try again. */
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'later'; readonly reason: string };

/** A way to a target. */
export interface Carrier {
  /** One try, bounded in time. Rejects only with the signal's reason. */
  carry(parcel: Parcel, signal: AbortSignal): Promise<Tried>;
}

export const sent: Tried = { status: 'sent' };

export function later(reason: string): Tried {
  return { status: 'later', reason };
}

export function failed(reason: string): Tried {
  return { status: 'failed', reason };
}
