import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';

/** Where callers leave word for somebody who is not there. */
export interface Mailbox {
  readonly id: string;
  readonly name: string;
  /** What callers hear first: a text, or what can be played; empty: the usual words. */
  readonly greeting: string;
  readonly language: string;
  /** Seconds. */
  readonly max_duration: number;
  readonly has_pin: boolean;
}

export type VoicemailStatus = 'recording' | 'new' | 'saved' | 'dropped';

/** What somebody has said into a mailbox. */
export interface Voicemail {
  readonly id: string;
  readonly status: VoicemailStatus;
  readonly source: Address;
  readonly recording_id: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly tm_create: string;
  readonly tm_update: string;
}

/** What has come of a caller who was to leave word. */
export const leavingResults = ['kept', 'short', 'full', 'failed'] as const;

/** How somebody has left a mailbox that he was to hear. */
export const listeningResults = ['heard', 'wrong_pin', 'locked'] as const;

export interface MailboxesPort {
  /** @throws ActionError `NOT_FOUND` */
  mailbox(id: string): Promise<Mailbox>;
  /** That of a phone. @throws ActionError `NOT_FOUND` */
  mailboxOf(extension: string): Promise<Mailbox>;
  /** `locked`: it was wrong too often of late, and is not looked at. */
  checkPin(id: string, pin: string): Promise<'right' | 'wrong' | 'locked'>;
}

export interface VoicemailsPort {
  /**
   * A caller is about to say something; false where the mailbox is full. What he says stays when the call ends, or `settle` is called.
   * @throws ActionError `NOT_FOUND` where there is no such mailbox
   */
  begin(call: Call, mailboxId: string, id: string): Promise<boolean>;
  /** It is this recording now. */
  follow(id: string, recordingId: string): void;
  /** Resolves when its recording is over: to what was left, or nothing where that is not kept. */
  settle(id: string): Promise<Voicemail | undefined>;
  /** All that is in a mailbox, oldest first. */
  of(mailboxId: string): Promise<readonly Voicemail[]>;
  /** It was heard, and stays. */
  save(id: string): Promise<unknown>;
  /** With its recording; what is gone already is gone. */
  remove(id: string): Promise<void>;
}
