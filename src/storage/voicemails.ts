import { sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import type { VoicemailRecord } from '../voicemail/voicemail-record.ts';
import type { VoicemailStore } from '../voicemail/voicemail-store.ts';
import { LiveTable } from './live-table.ts';

const isShown = sql<boolean>`tm_delete = ${sql.lit(neverTime)}`;

/** What is in mailboxes. */
export class VoicemailTable extends LiveTable<'voicemails'> implements VoicemailStore {
  ofMailbox(mailboxId: string): Promise<readonly VoicemailRecord[]> {
    return this.records.all(this.shown().where('mailbox_id', '=', mailboxId));
  }

  ofRecording(recordingId: string): Promise<readonly VoicemailRecord[]> {
    return this.records.all(this.shown().where('recording_id', '=', recordingId));
  }

  withoutRecording(): Promise<readonly VoicemailRecord[]> {
    const isGone = sql<boolean>`not exists (select 1 from recordings where recordings.id = voicemails.recording_id and recordings.tm_delete = ${sql.lit(neverTime)})`;
    return this.records.all(this.shown().where(isGone));
  }

  async occupied(mailboxId: string): Promise<number> {
    const { count } = await this.engine.database
      .selectFrom('voicemails')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('mailbox_id', '=', mailboxId)
      .where(sql<boolean>`(${isShown} or status = 'recording')`)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  async mailboxIds(): Promise<readonly string[]> {
    const rows = await this.engine.database
      .selectFrom('voicemails')
      .select('mailbox_id')
      .distinct()
      .where(isShown)
      .execute();
    return rows.map(({ mailbox_id }) => String(mailbox_id));
  }
}
