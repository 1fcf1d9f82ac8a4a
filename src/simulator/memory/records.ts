import { neverTime } from '../../core/clock.ts';
import type { TellingStore } from '../../news/told-records.ts';

interface Deletable {
  readonly id: string;
  readonly tm_delete: string;
}

/** Records that users make, in memory. */
export class MemoryRecords<R extends Deletable> implements TellingStore<R> {
  readonly #records: Map<string, R>;

  constructor(records: Iterable<readonly [string, R]>) {
    this.#records = new Map(records);
  }

  /** Those that are not deleted. */
  get live(): readonly R[] {
    return [...this.#records.values()].filter(({ tm_delete }) => tm_delete === neverTime);
  }

  readonly get = async (id: string): Promise<R | undefined> => {
    const record = this.#records.get(id);
    return record?.tm_delete === neverTime ? record : undefined;
  };

  async insert(record: R): Promise<void> {
    this.#records.set(record.id, record);
  }

  readonly update: TellingStore<R>['update'] = async (id, change, { isExpected = () => true } = {}) => {
    const record = await this.get(id);
    if (!record || !isExpected(record)) return undefined;
    const fields = Object.entries(change).filter(([, value]) => value !== undefined);
    const changed = { ...record, ...Object.fromEntries(fields) } as R; // fields of it
    this.#records.set(id, changed);
    return changed;
  };

  readonly delete: TellingStore<R>['delete'] = async (id, time, { last } = {}) => {
    const changed = last ? await this.update(id, last) : await this.get(id);
    if (!changed) return undefined;
    const deleted = { ...changed, tm_update: time, tm_delete: time };
    this.#records.set(id, deleted);
    return deleted;
  };
}
