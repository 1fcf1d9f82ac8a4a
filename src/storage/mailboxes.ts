import type { Kysely } from 'kysely';
import { wordsOf } from '../core/words.ts';
import type { MailboxRecord } from '../voicemail/mailbox-record.ts';
import { LinkedTable } from './linked-table.ts';
import type { Tables } from './tables.ts';

export class MailboxTable extends LinkedTable<MailboxRecord> {
  constructor(database: Kysely<Tables>) {
    super(database, {
      table: 'mailboxes',
      columns: ({ extension }) => ({ extension }),
      words: ({ name, detail, extension }) => wordsOf(name, detail, extension),
    });
  }

  async ofExtension(extension: string): Promise<MailboxRecord | undefined> {
    return (await this.where('extension', extension))[0];
  }
}
