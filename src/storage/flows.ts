import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import type { Problem } from '../core/errors.ts';
import { wordsOf } from '../core/words.ts';
import { type FlowLayout, layoutOfThese } from '../flows/flow-layout.ts';
import { type FlowRecord, type FlowRevision, firstRevision } from '../flows/flow-record.ts';
import type { Changing } from '../news/told-records.ts';
import type { Change } from '../ports/changes.ts';
import type { Engine } from './engine.ts';
import { FlowLayouts } from './flow-layouts.ts';
import { FlowRevisions } from './flow-revisions.ts';
import { LinkedTable } from './linked-table.ts';
import type { FlowStore } from './store.ts';
import type { Tables } from './tables.ts';
import { webhookStore } from './webhooks.ts';
import { Writes } from './writes.ts';

export function flowStore(engine: Engine): FlowStore {
  return new FlowTable(engine);
}

/** A flow whose end is told points to the default webhook, whichever that is. What one was is kept when it is changed. */
class FlowTable extends LinkedTable<FlowRecord> implements FlowStore {
  readonly #revisions: FlowRevisions;
  readonly #layouts: FlowLayouts;

  constructor(engine: Engine) {
    super(engine.database, {
      table: 'flows',
      columns: () => ({}),
      words: ({ name, detail }) => wordsOf(name, detail),
      since: firstRevision,
      writes: Writes.of(engine),
    });
    this.#revisions = new FlowRevisions(engine.database);
    this.#layouts = new FlowLayouts(engine.database);
  }

  /** Two changes of one flow are two revisions: one after the other. */
  override update(
    id: string,
    change: Change<FlowRecord>,
    how: Changing<FlowRecord> = {},
  ): Promise<FlowRecord | undefined> {
    return this.inTurn(async (records, transaction) => {
      const before = await records.get(id);
      if (before === undefined || how.isExpected?.(before) === false) return undefined;
      await this.check(transaction, change, before);
      if (!isAnother(before, change)) return records.update(id, change, how);
      await new FlowRevisions(transaction).keep(before);
      return records.update(id, { ...change, revision: before.revision + 1 }, how);
    });
  }

  async revisions(id: string): Promise<readonly FlowRevision[]> {
    const flow = await this.get(id);
    if (!flow) return [];
    const { revision, name, detail, tm_update: tm_create } = flow;
    const earlier = (await this.#revisions.of(id)).filter((one) => one.revision < revision);
    return [{ revision, name, detail, tm_create }, ...earlier];
  }

  async revision(id: string, revision: number): Promise<FlowRecord | undefined> {
    const flow = await this.get(id);
    return !flow || flow.revision === revision ? flow : this.#revisions.get(id, revision);
  }

  async layout({ id, actions }: FlowRecord): Promise<FlowLayout | undefined> {
    const layout = await this.#layouts.get(id);
    return layout && layoutOfThese(layout, actions);
  }

  /** Not of one that somebody deletes meanwhile: nobody would delete its layout then. */
  layOut(id: string, layout: FlowLayout): Promise<FlowLayout | undefined> {
    return this.inTurn(async (records, transaction) => {
      const flow = await records.get(id);
      if (!flow) return undefined;
      const kept = layoutOfThese(layout, flow.actions);
      await new FlowLayouts(transaction).put(id, kept);
      return kept;
    });
  }

  protected override isLinking(change: Change<FlowRecord>): boolean {
    return change.end_webhook === true || super.isLinking(change);
  }

  protected override async deleteWith({ id }: FlowRecord, transaction: Kysely<Tables>): Promise<void> {
    await new FlowRevisions(transaction).forget(id);
    await new FlowLayouts(transaction).forget(id);
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

/** Whether a flow says anything else after a change: that somebody has written the same once more is no revision. */
function isAnother(before: FlowRecord, { tm_update: _, ...change }: Change<FlowRecord>): boolean {
  const known: Readonly<Record<string, unknown>> = { ...before };
  return Object.entries(change).some(
    ([field, value]) => value !== undefined && !isDeepStrictEqual(value, known[field]),
  );
}
