import type { Kysely } from 'kysely';
import { wordsOf } from '../core/words.ts';
import type { Changing, Telling } from '../news/told-records.ts';
import type { WebhookRecord } from '../news/webhook-record.ts';
import type { Change } from '../ports/changes.ts';
import { LinkedTable } from './linked-table.ts';
import { PointedToError, type Pointer, tellersOfTheirEnd } from './pointers.ts';
import type { ResourceTable } from './resource-table.ts';
import type { WebhookStore } from './store.ts';
import type { Tables } from './tables.ts';

export function webhookStore(database: Kysely<Tables>): WebhookStore {
  return new WebhookTable(database, {
    table: 'webhooks',
    columns: ({ is_default, status }) => ({ is_default: is_default ? 1 : 0, status }),
    words: ({ name, detail, uri }) => wordsOf(name, detail, uri),
  });
}

/** At most one is the default: whoever becomes it takes that from the other, in one transaction. */
class WebhookTable extends LinkedTable<WebhookRecord> implements WebhookStore {
  override async insert(record: WebhookRecord, telling: Telling<WebhookRecord> = {}): Promise<void> {
    if (!record.is_default) return super.insert(record, telling);
    await this.inTurn(async (webhooks) => {
      await takeDefault(webhooks, record.tm_update);
      await webhooks.insert(record, telling);
    });
  }

  override async update(
    id: string,
    change: Change<WebhookRecord>,
    how: Changing<WebhookRecord> = {},
  ): Promise<WebhookRecord | undefined> {
    const { is_default } = change;
    if (is_default === undefined) return super.update(id, change, how);
    return this.inTurn(async (webhooks, transaction) => {
      const record = await webhooks.get(id);
      if (record === undefined) return undefined;
      if (is_default && !record.is_default) await takeDefault(webhooks, change.tm_update ?? record.tm_update);
      const tellers = !is_default && record.is_default ? await tellersOfTheirEnd(transaction) : [];
      if (tellers.length > 0) throw new PointedToError(tellers);
      return webhooks.update(id, change, how);
    });
  }

  protected override async pointersTo(
    record: WebhookRecord,
    transaction: Kysely<Tables>,
  ): Promise<readonly Pointer[]> {
    const tellers = record.is_default ? await tellersOfTheirEnd(transaction) : [];
    return [...tellers, ...(await super.pointersTo(record, transaction))];
  }
}

async function takeDefault(webhooks: ResourceTable<WebhookRecord>, time: string): Promise<void> {
  for (const { id } of await webhooks.where('is_default', 1))
    await webhooks.update(id, { is_default: false, tm_update: time });
}
