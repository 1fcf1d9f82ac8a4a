import type { Address } from '../calls/address.ts';
import type { VoicemailStatus } from '../ports/voicemail.ts';

export const shownStatuses = ['new', 'saved'] as const satisfies readonly VoicemailStatus[];

/** What somebody has said into a mailbox, as REST, webhooks and the store show it. */
export interface VoicemailRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly mailbox_id: string;
  /** `recording` while its caller is at it, `dropped` where nothing came of that: neither is shown. */
  readonly status: VoicemailStatus;
  readonly source: Address;
  readonly call_id: string;
  readonly recording_id: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}

export type VoicemailEventType = 'voicemail_created' | 'voicemail_updated' | 'voicemail_deleted';
