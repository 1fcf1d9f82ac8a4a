import { nowMicros, wireTime } from '../core/clock.ts';
import type { QueueFacts } from '../ports/queues.ts';
import type { QueueRecord } from './queue-record.ts';
import { factsOf, standingFacts } from './queuecall-facts.ts';
import type { QueuecallEventType, QueuecallRecord } from './queuecall-record.ts';
import type { QueuecallState } from './queuecall-state.ts';

/** Changes without a type are no news; the state is asked for when it is written. */
export type QueuecallWriter = (
  type: QueuecallEventType | undefined,
  record: QueuecallRecord,
  state?: () => QueuecallState,
) => void;

export interface TellingOptions {
  readonly record: QueuecallRecord;
  readonly queue: QueueRecord;
  /** Told what has changed, of the call that has the place. */
  readonly tell: (facts: QueueFacts) => void;
  readonly onChange: QueuecallWriter;
  /** Nothing where it is over. */
  readonly state: () => (() => QueuecallState) | undefined;
}

/** The record of a call in a queue, and who is told of its changes. */
export class QueuecallTelling {
  readonly #options: TellingOptions;
  #record: QueuecallRecord;
  #teller: TellingOptions['tell'];
  /** Where it stands, for whoever has it next. */
  #standing: QueueFacts = {};

  constructor(options: TellingOptions) {
    this.#options = options;
    this.#record = options.record;
    this.#teller = options.tell;
  }

  get record(): QueuecallRecord {
    return this.#record;
  }

  /** Whoever has its place hears of it from now on. */
  beginWith(tell: TellingOptions['tell']): void {
    this.#teller = tell;
    tell(this.#standing);
    this.tell(undefined);
  }

  /** Nobody has its place: the last that is said is this. */
  endWith(facts: QueueFacts): void {
    this.#teller(facts);
    this.#teller = () => undefined;
  }

  standsAt(position: number, estimate: number | undefined): void {
    this.#standing = standingFacts(position, estimate);
    this.#teller(this.#standing);
  }

  change(type: QueuecallEventType | undefined, change: (now: string) => Partial<QueuecallRecord>): void {
    const tm_update = wireTime(nowMicros());
    this.#record = { ...this.#record, ...change(tm_update), tm_update };
    this.tell(type);
  }

  tell(type: QueuecallEventType | undefined): void {
    this.#teller(factsOf(this.#record, this.#options.queue));
    this.#options.onChange(type, this.#record, this.#options.state());
  }
}
