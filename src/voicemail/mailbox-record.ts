/** A mailbox as it is stored. */
export interface MailboxRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  /** The phone that it belongs to; empty: none. */
  readonly extension: string;
  /** A text, or what can be played; empty: the usual words. */
  readonly greeting: string;
  readonly language: string;
  /** How many it holds, new and saved ones. */
  readonly max_messages: number;
  /** How long each may be, in seconds. */
  readonly max_duration: number;
  /** After so many days they are deleted; 0: with all other recordings. */
  readonly keep_days: number;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** Never shown, like all that follows; empty: none. */
  readonly pin_hash: string;
  /** How often it was wrong in a row. */
  readonly wrong_pins: number;
  /** Until then nobody's is looked at. */
  readonly tm_unlock: string;
}
