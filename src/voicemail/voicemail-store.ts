import type { VoicemailRecord } from './voicemail-record.ts';

export interface VoicemailStore {
  /** All that is in a mailbox, oldest first. */
  ofMailbox(mailboxId: string): Promise<readonly VoicemailRecord[]>;
  /** How many that is, with those whose callers are at it. */
  occupied(mailboxId: string): Promise<number>;
  ofRecording(recordingId: string): Promise<readonly VoicemailRecord[]>;
  /** Those of which there is nothing to be heard any more. */
  withoutRecording(): Promise<readonly VoicemailRecord[]>;
  /** The mailboxes that there is something in. */
  mailboxIds(): Promise<readonly string[]>;
}
