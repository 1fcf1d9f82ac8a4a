import type { Kysely } from 'kysely';
import { wireTime } from '../core/clock.ts';
import type { FlowLayout } from '../flows/flow-layout.ts';
import { RecordTable } from './record-table.ts';
import type { Tables } from './tables.ts';

/** Its id is the flow's. */
interface LayoutRecord extends FlowLayout {
  readonly id: string;
  readonly tm_create: string;
}

const table = 'flow_layouts';

/** Where the actions of flows were put, beside the flows: who moves one changes no flow. */
export class FlowLayouts {
  readonly #database: Kysely<Tables>;
  readonly #records: RecordTable<LayoutRecord>;

  constructor(database: Kysely<Tables>) {
    this.#database = database;
    this.#records = new RecordTable<LayoutRecord>(database, { table, columns: () => ({}) });
  }

  async get(flowId: string): Promise<FlowLayout | undefined> {
    const found = await this.#records.first(this.#records.select().where('id', '=', flowId));
    return found && { start: found.start, actions: found.actions };
  }

  async put(id: string, { start, actions }: FlowLayout): Promise<void> {
    await this.#database.executeQuery(this.#records.upsert({ id, start, actions, tm_create: wireTime() }));
  }

  async forget(flowId: string): Promise<void> {
    await this.#database.deleteFrom(table).where('id', '=', flowId).execute();
  }
}
