import type { ConfbridgeType } from './confbridge-record.ts';

/** A conference as REST, webhooks and the store show it. */
export interface ConferenceRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly type: ConfbridgeType;
  readonly status: 'progressing' | 'terminated';
  readonly name: string;
  readonly detail: string;
  /** The user's own. */
  readonly data: Readonly<Record<string, unknown>>;
  /** In seconds since `tm_create`; 0: it has no end. */
  readonly timeout: number;
  /** Run before a call joins, and after it has left; the zero UUID: none. */
  readonly pre_flow_id: string;
  readonly post_flow_id: string;
  readonly tm_end: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  readonly confbridge_id: string;
  /** 0: no limit. */
  readonly max_members: number;
  /** What its calls hear while they are alone, or wait; empty: the usual. */
  readonly music: string;
}

/** The fields behind the first ones, as they are of a conference of an earlier version. */
export const conferenceDefaults = { music: '' } satisfies Partial<ConferenceRecord>;

export type ConferenceEventType = 'conference_created' | 'conference_updated' | 'conference_deleted';
