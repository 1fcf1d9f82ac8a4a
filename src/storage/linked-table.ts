import type { Kysely } from 'kysely';
import { zeroId } from '../core/clock.ts';
import type { Problem } from '../core/errors.ts';
import { StoreError } from '../core/store-error.ts';
import type { Changing, Telling } from '../news/told-records.ts';
import type { Change, Deletion } from '../ports/changes.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { PointedToError, type Pointer, pointersTo, pointingFields } from './pointers.ts';
import type { TableShape } from './record-table.ts';
import { type Resource, ResourceTable } from './resource-table.ts';
import type { Tables } from './tables.ts';

/**
 * A table of resources that point to others, or are pointed to. Nothing new points to what is not there, and what something
 * points to is deleted only by force; each is decided in the transaction that does it.
 */
export class LinkedTable<R extends Resource> extends ResourceTable<R> {
  readonly #database: Kysely<Tables>;
  readonly #shape: TableShape<R>;

  constructor(database: Kysely<Tables>, shape: TableShape<R>) {
    super(database, shape);
    this.#database = database;
    this.#shape = shape;
  }

  override async insert(record: R, telling: Telling<R> = {}): Promise<void> {
    if (!this.isLinking(record)) return super.insert(record, telling);
    await this.inTurn(async (records, transaction) => {
      await this.check(transaction, record, undefined);
      await records.insert(record, telling);
    });
  }

  override async update(id: string, change: Change<R>, how: Changing<R> = {}): Promise<R | undefined> {
    if (!this.isLinking(change)) return super.update(id, change, how);
    return this.inTurn(async (records, transaction) => {
      const before = await records.get(id);
      if (before === undefined) return undefined;
      await this.check(transaction, change, before);
      return records.update(id, change, how);
    });
  }

  override async delete(
    id: string,
    time: string,
    deletion: Deletion<R> & Telling<R> = {},
  ): Promise<R | undefined> {
    return this.inTurn(async (records, transaction) => {
      const record = await records.get(id);
      if (record === undefined) return undefined;
      const pointers = deletion.isForced ? [] : await this.pointersTo(record, transaction);
      if (pointers.length > 0) throw new PointedToError(pointers);
      await this.deleteWith(record, transaction);
      return records.delete(record.id, time, deletion);
    });
  }

  /** Whether this may point to something. */
  protected isLinking(change: Change<R>): boolean {
    return this.#fields.some(([field]) => isSomewhere(change[field]));
  }

  /** What is wrong with pointing there. Only what was not so before: what was left behind by force stays as it is. */
  protected async problems(
    transaction: Kysely<Tables>,
    change: Change<R>,
    before: R | undefined,
  ): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    for (const [field, what] of this.#fields) {
      const id = change[field];
      if (typeof id !== 'string' || !isSomewhere(id) || id === before?.[field]) continue;
      const targets = new ResourceTable<Resource>(transaction, { table: `${what}s`, columns: () => ({}) });
      if (!(await targets.get(id))) problems.push({ path: field, message: `no such ${what}` });
    }
    return problems;
  }

  /** @throws StoreError `dangling` where a change would point to what is not there */
  protected async check(
    transaction: Kysely<Tables>,
    change: Change<R>,
    before: R | undefined,
  ): Promise<void> {
    const details = await this.problems(transaction, change, before);
    const [first] = details;
    if (!first) return;
    throw new StoreError('dangling', { message: `${first.path}: ${first.message}`, details });
  }

  /** Deletes what is nobody else's, in the same transaction. */
  protected async deleteWith(_record: R, _transaction: Kysely<Tables>): Promise<void> {}

  protected pointersTo(record: R, transaction: Kysely<Tables>): Promise<readonly Pointer[]> {
    return pointersTo(transaction, this.#shape.table, record);
  }

  /** In a transaction beside which there is no other of this kind. */
  protected inTurn<T>(
    work: (records: ResourceTable<R>, transaction: Kysely<Tables>) => Promise<T>,
  ): Promise<T> {
    return oneAtATime(this.#database, (transaction) =>
      work(new ResourceTable<R>(transaction, this.#shape), transaction),
    );
  }

  /** What its records point with, and to what. */
  get #fields(): readonly (readonly [field: keyof R & string, what: string])[] {
    const all: Readonly<Record<string, Readonly<Record<string, string>>>> = pointingFields;
    const own = Object.entries(all[this.#shape.table] ?? {});
    return own as (readonly [keyof R & string, string])[]; // those of its records
  }
}

function isSomewhere(id: unknown): boolean {
  return id !== undefined && id !== zeroId;
}
