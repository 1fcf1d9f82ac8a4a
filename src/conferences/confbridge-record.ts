export const confbridgeTypes = ['conference', 'connect'] as const;

/** `connect`: whoever is left alone in it leaves too. */
export type ConfbridgeType = (typeof confbridgeTypes)[number];

/** A confbridge as REST, webhooks and the store show it. Whoever is in it is, there is a bridge in Asterisk. */
export interface ConfbridgeRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly reference_type: '' | 'conference';
  /** The conference it belongs to; the zero UUID where it stands alone. */
  readonly reference_id: string;
  readonly type: ConfbridgeType;
  readonly status: 'progressing' | 'terminated';
  /** Who is in it, in the order they came: the call of each channel. */
  readonly channel_call_ids: Readonly<Record<string, string>>;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** 0: no limit. */
  readonly max_members: number;
}

export type ConfbridgeEventType = 'confbridge_created' | 'confbridge_updated' | 'confbridge_deleted';

/** A call in a confbridge. */
export interface Participant {
  readonly call_id: string;
  /** The others do not hear it. */
  readonly muted: boolean;
  readonly tm_join: string;
}
