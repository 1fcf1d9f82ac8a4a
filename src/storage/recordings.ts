import { kinds } from '../news/kinds.ts';
import type { RecordingRecord } from '../recordings/recording-record.ts';
import type { RecordingStore } from '../recordings/recording-store.ts';
import { isSo, LiveTable } from './live-table.ts';
import type { Query } from './record-table.ts';
import type { FilterOf } from './store.ts';

/** Recordings have files: whoever deletes one deletes its file before. */
export class RecordingTable extends LiveTable<'recordings'> implements RecordingStore {
  ofCall(callId: string): Promise<readonly RecordingRecord[]> {
    return this.records.all(this.shown().where('reference_id', '=', callId));
  }

  async isOurs(id: string): Promise<boolean> {
    const { isShared, instance } = this.engine;
    if (!isShared) return true;
    const others = this.records.select().where('id', '=', id).where('instance', '!=', instance);
    return (await this.records.first(others)) === undefined;
  }

  old(before: string, limit: number): Promise<readonly RecordingRecord[]> {
    const aged = this.records.select().where('tm_create', '<', before).limit(limit);
    return this.records.all(this.ours(aged.where(isSo(kinds.recordings.over))));
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.engine.database
      .deleteFrom('recordings')
      .where('id', 'in', [...ids])
      .execute();
  }

  /** With a file, in the text of the query as the partial index has it. */
  protected override narrowed(all: Query, { isDone, ...columns }: FilterOf<'recordings'>): Query {
    const query = super.narrowed(all, columns);
    return isDone ? query.where(isSo({ column: 'status', is: 'done' })) : query;
  }
}
