import type { Kysely } from 'kysely';
import { ResourceTable } from './resource-table.ts';
import type { Change, WebhookStore } from './store.ts';
import type { Tables } from './tables.ts';
import type { WebhookRecord } from './webhook-record.ts';

export function webhookStore(database: Kysely<Tables>): WebhookStore {
  return new WebhookTable(database);
}

/** At most one is the default: whoever becomes it takes that from the other, in one transaction. */
class WebhookTable extends ResourceTable<WebhookRecord> implements WebhookStore {
  readonly #database: Kysely<Tables>;

  constructor(database: Kysely<Tables>) {
    super(database, { table: 'webhooks', columns: (record) => ({ is_default: record.is_default ? 1 : 0 }) });
    this.#database = database;
  }

  override async insert(record: WebhookRecord): Promise<void> {
    if (!record.is_default) return super.insert(record);
    await this.#database.transaction().execute(async (transaction) => {
      const webhooks = new WebhookTable(transaction);
      await webhooks.#takeDefault(record.tm_update);
      await webhooks.#insertPlainly(record);
    });
  }

  override async update(id: string, change: Change<WebhookRecord>): Promise<WebhookRecord | undefined> {
    if (change.is_default !== true) return super.update(id, change);
    return this.#database.transaction().execute(async (transaction) => {
      const webhooks = new WebhookTable(transaction);
      const record = await webhooks.get(id);
      if (record === undefined) return undefined;
      if (!record.is_default) await webhooks.#takeDefault(change.tm_update ?? record.tm_update);
      return webhooks.#updatePlainly(id, change);
    });
  }

  async #takeDefault(time: string): Promise<void> {
    await this.#waitForOthers(time);
    for (const { id } of await this.where('is_default', 1)) {
      await super.update(id, { is_default: false, tm_update: time });
    }
  }

  /** One at a time: whoever writes this row first holds it to the end of the transaction. */
  async #waitForOthers(tm_update: string): Promise<void> {
    await this.#database
      .insertInto('probe')
      .values({ id: 'default webhook', tm_update })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ tm_update }))
      .execute();
  }

  #insertPlainly(record: WebhookRecord): Promise<void> {
    return super.insert(record);
  }

  #updatePlainly(id: string, change: Change<WebhookRecord>): Promise<WebhookRecord | undefined> {
    return super.update(id, change);
  }
}
