import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const isShown = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

/** Mailboxes, and what is in them. */
export const voicemails: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    const table = (name: string) =>
      schema
        .createTable(name)
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('record', 'text', (column) => column.notNull())
        .addColumn('tm_create', 'text', (column) => column.notNull())
        .addColumn('tm_delete', 'text', (column) => column.notNull())
        .addColumn('words', 'text', (column) => column.notNull());
    await table('mailboxes')
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('extension', 'text', (column) => column.notNull())
      .execute();
    await table('voicemails')
      .addColumn('mailbox_id', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('recording_id', 'text', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .execute();
    const index = (of: string, name: string, ...columns: readonly string[]) =>
      schema
        .createIndex(`${of}_${name}`)
        .on(of)
        .columns([...columns]);
    await index('mailboxes', 'live', 'tm_create', 'id').where(isShown).execute();
    // A phone has one.
    await index('mailboxes', 'extension', 'extension')
      .unique()
      .where(sql<boolean>`extension <> '' and ${isShown}`)
      .execute();
    await index('voicemails', 'live', 'tm_create', 'id').where(isShown).execute();
    await index('voicemails', 'mailbox', 'mailbox_id', 'tm_create', 'id').execute();
    await index('voicemails', 'recording', 'recording_id', 'tm_create', 'id').execute();
    await index('voicemails', 'unfinished', 'tm_create', 'id')
      .where(sql<boolean>`status = 'recording'`)
      .execute();
    await index('voicemails', 'over', 'tm_create')
      .where(sql<boolean>`status in ('new', 'saved', 'dropped')`)
      .execute();
  },
};
