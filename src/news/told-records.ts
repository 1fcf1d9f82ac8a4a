import type { Change, Changes, Deletion } from '../ports/changes.ts';
import type { PublishedEvent } from './events.ts';
import type { NewDelivery } from './outbox.ts';
import type { Recorder } from './recorder.ts';

/** The deliveries that are written with a change, made of the record as it then is. */
export interface Telling<R> {
  readonly deliveriesOf?: (record: R) => readonly NewDelivery[];
}

/** How a record is changed. */
export interface Changing<R> extends Telling<R> {
  /** The record is changed only where this holds of it. */
  readonly isExpected?: (record: R) => boolean;
}

/** What we need of the store: it writes a change and what that tells in one transaction. Otherwise as `Changes`. */
export interface TellingStore<R> {
  insert(record: R, telling?: Telling<R>): Promise<void>;
  update(id: string, change: Change<R>, how?: Changing<R>): Promise<R | undefined>;
  delete(id: string, time: string, deletion?: Deletion<R> & Telling<R>): Promise<R | undefined>;
}

export interface ToldRecordsOptions<R> {
  readonly store: TellingStore<R>;
  readonly recorder: Pick<Recorder, 'deliveriesOf' | 'written'>;
  /** The event that tells of a change. */
  readonly eventOf: (record: R) => PublishedEvent;
}

/** Records that users make, each change of them written together with the event that tells of it: a kill loses both or neither. */
export class ToldRecords<R> implements Changes<R> {
  readonly #store: TellingStore<R>;
  readonly #recorder: ToldRecordsOptions<R>['recorder'];
  readonly #eventOf: ToldRecordsOptions<R>['eventOf'];
  readonly #telling: Telling<R>;

  constructor({ store, recorder, eventOf }: ToldRecordsOptions<R>) {
    this.#store = store;
    this.#recorder = recorder;
    this.#eventOf = eventOf;
    this.#telling = { deliveriesOf: (record) => recorder.deliveriesOf(eventOf(record)) };
  }

  async insert(record: R): Promise<void> {
    await this.#store.insert(record, this.#telling);
    this.#recorder.written(this.#eventOf(record));
  }

  async update(id: string, change: Change<R>, isExpected?: (record: R) => boolean): Promise<R | undefined> {
    const changed = await this.#store.update(id, change, {
      ...this.#telling,
      ...(isExpected && { isExpected }),
    });
    this.#recorder.written(changed && this.#eventOf(changed));
    return changed;
  }

  async delete(id: string, time: string, deletion: Deletion<R> = {}): Promise<R | undefined> {
    const deleted = await this.#store.delete(id, time, { ...deletion, ...this.#telling });
    this.#recorder.written(deleted && this.#eventOf(deleted));
    return deleted;
  }
}
