import type { Kysely } from 'kysely';
import type { Problem } from '../core/errors.ts';
import { wordsOf } from '../core/words.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { Change } from '../ports/changes.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import type { RememberedStore } from './store.ts';
import type { Tables } from './tables.ts';
import { webhookStore } from './webhooks.ts';
import { Writes } from './writes.ts';

export function flowStore(engine: Engine): RememberedStore<FlowRecord> {
  return new FlowTable(engine.database, {
    table: 'flows',
    columns: () => ({}),
    words: ({ name, detail }) => wordsOf(name, detail),
    writes: Writes.of(engine),
  });
}

/** A flow whose end is told points to the default webhook, whichever that is. */
class FlowTable extends LinkedTable<FlowRecord> {
  protected override isLinking(change: Change<FlowRecord>): boolean {
    return change.end_webhook === true || super.isLinking(change);
  }

  protected override async problems(
    transaction: Kysely<Tables>,
    change: Change<FlowRecord>,
    before: FlowRecord | undefined,
  ): Promise<readonly Problem[]> {
    const problems = await super.problems(transaction, change, before);
    if (!change.end_webhook || before?.end_webhook) return problems;
    const webhooks = await webhookStore(transaction).all();
    if (webhooks.some(({ is_default }) => is_default)) return problems;
    return [...problems, { path: 'end_webhook', message: 'needs a webhook with is_default' }];
  }
}
