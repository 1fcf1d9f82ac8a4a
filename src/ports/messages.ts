import * as z from 'zod';
import type { Address } from '../calls/address.ts';

/** A message to be sent. */
export interface OutgoingMessage {
  /** The same for the same message: one whose id is known is not sent again. */
  readonly id: string;
  readonly source: Address;
  readonly destinations: readonly Address[];
  readonly text: string;
}

/** A message to whoever a conversation is with. */
export interface Answer extends Pick<OutgoingMessage, 'id' | 'text'> {
  readonly conversationId: string;
}

/** What actions use to write to people. */
export interface MessagesPort {
  /** Resolves once it is sure to be sent, whatever becomes of who asked for it. @throws ActionError where it is refused */
  send(message: OutgoingMessage): Promise<unknown>;
  /** The same, on a conversation. @throws ActionError `NOT_FOUND` where there is none, and as `send` */
  answer(answer: Answer): Promise<unknown>;
  /**
   * Waits until a message is at its first target, as far as that is told.
   * @throws ActionError `MESSAGE_FAILED`, `TIMEOUT`; the signal's reason
   */
  arrived(id: string, signal: AbortSignal): Promise<void>;
}

/** In UTF-8. Of a SIP MESSAGE much less comes through many a network, of an SMS 160 characters are one. */
export const longestText = 8_192;

/** More is no message but a mailing list. */
export const mostRecipients = 20;

/** Lines and tabs, and no other control characters: nothing of a text ends it, whoever carries it. */
export const messageText = z
  .string()
  .overwrite(readable)
  .min(1)
  .max(longestText, { abort: true })
  .refine((text) => Buffer.byteLength(text) <= longestText, `expected at most ${longestText} bytes`);

function readable(text: string): string {
  return text.replace(/[^\P{Cc}\t\r\n]/gu, '').toWellFormed();
}
