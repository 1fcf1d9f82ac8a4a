import type { CompiledQuery, Kysely } from 'kysely';
import type { Completion } from '../flows/completion.ts';
import type { Engine } from './engine.ts';
import { byAge } from './live-table.ts';
import { RecordTable } from './record-table.ts';
import type { CompletionStore } from './store.ts';
import type { Tables } from './tables.ts';

const table = 'completions';

/** Completions that are due. Written by the daemon only, in batches; read when it starts. */
export class CompletionTable implements CompletionStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<Completion>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#records = new RecordTable(engine.database, {
      table,
      columns: () => ({ instance: engine.instance }),
    });
  }

  due(): Promise<readonly Completion[]> {
    const { isShared, instance } = this.#engine;
    const all = this.#records.select();
    return this.#records.all(isShared ? all.where('instance', '=', instance) : all);
  }

  /** Makes ours those of another instance; answers them, oldest first. */
  async takeOver(transaction: Kysely<Tables>, from: string): Promise<readonly Completion[]> {
    const rows = await transaction
      .updateTable(table)
      .set({ instance: this.#engine.instance })
      .where('instance', '=', from)
      .returning(['id', 'tm_create', 'record'])
      .execute();
    return rows.sort(byAge).map((row) => this.#records.recordOf(row));
  }

  write(completion: Completion): CompiledQuery {
    return this.#records.upsert(completion);
  }

  delete(id: string): CompiledQuery {
    return this.#engine.database.deleteFrom(table).where('id', '=', id).compile();
  }
}
