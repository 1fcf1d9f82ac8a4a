import * as z from 'zod';
import type { Mailbox, MailboxesPort } from '../ports/voicemail.ts';

/** How an action says which mailbox it means: by its id, or by the phone that it belongs to. */
export const whichMailbox = {
  mailbox_id: z
    .union([z.literal(''), z.guid('expected the id of a mailbox').toLowerCase()])
    .default('')
    .meta({ description: 'the mailbox', examples: ['5b1c9c1e-8c6f-4a53-9a6e-0d6f3a0c7e11'] }),
  extension: z
    .string()
    .max(64)
    .default('')
    .meta({
      description: 'instead: the phone that it belongs to, such as `${voipbin.call.source.target}`',
      examples: ['1001'],
    }),
};

const which = z.object(whichMailbox);

type Which = z.output<typeof which>;

export const oneMailbox = 'expected either mailbox_id or extension';

export function isOneMailbox({ mailbox_id, extension }: Which): boolean {
  return (mailbox_id === '') !== (extension === '');
}

/** @throws ActionError where there is none */
export function mailboxFor(mailboxes: MailboxesPort, { mailbox_id, extension }: Which): Promise<Mailbox> {
  return mailbox_id === '' ? mailboxes.mailboxOf(extension) : mailboxes.mailbox(mailbox_id);
}
