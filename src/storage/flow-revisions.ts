import type { Kysely } from 'kysely';
import { type FlowRecord, type FlowRevision, firstRevision } from '../flows/flow-record.ts';
import { RecordTable } from './record-table.ts';
import type { Tables } from './tables.ts';

/** So many are kept of each flow, with what it is now. */
const mostRevisions = 100;

const table = 'flow_revisions';

/** What flows were before they were changed. */
export class FlowRevisions {
  readonly #database: Kysely<Tables>;
  readonly #records: RecordTable<FlowRecord>;

  constructor(database: Kysely<Tables>) {
    this.#database = database;
    this.#records = new RecordTable<FlowRecord>(database, {
      table,
      columns: () => ({}),
      since: firstRevision,
    });
  }

  /** Of one flow, the newest first. */
  async of(flowId: string): Promise<readonly FlowRevision[]> {
    const rows = await this.#database
      .selectFrom(table)
      .select(['revision', 'name', 'detail', 'tm_create'])
      .where('flow_id', '=', flowId)
      .orderBy('revision', 'desc')
      .execute();
    return rows.map(({ revision, name, detail, tm_create }) => ({
      revision: Number(revision),
      name: String(name),
      detail: String(detail),
      tm_create,
    }));
  }

  /** A flow as it was. */
  get(flowId: string, revision: number): Promise<FlowRecord | undefined> {
    return this.#records.first(this.#records.select().where('id', '=', idOf(flowId, revision)));
  }

  /** Keeps what is about to be changed, and no more than there is room for. */
  async keep(flow: FlowRecord): Promise<void> {
    const { id, revision, name, detail, tm_update: tm_create } = flow;
    const record = JSON.stringify(flow);
    await this.#database
      .insertInto(table)
      .values({ id: idOf(id, revision), record, flow_id: id, revision, name, detail, tm_create })
      .execute();
    await this.#database
      .deleteFrom(table)
      .where('flow_id', '=', id)
      .where('revision', '<=', revision + 1 - mostRevisions)
      .execute();
  }

  async forget(flowId: string): Promise<void> {
    await this.#database.deleteFrom(table).where('flow_id', '=', flowId).execute();
  }
}

function idOf(flowId: string, revision: number): string {
  return `${flowId}/${revision}`;
}
