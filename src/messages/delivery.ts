import { now, nowMicros, wireTime } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { sleepUntil } from '../core/wait.ts';
import type { Parcel, Tried } from './carrier.ts';
import { isSettled, type MessageRecord, type MessageTarget, withTarget } from './message-record.ts';
import type { MessageState } from './message-state.ts';

export interface DeliveryOptions {
  readonly record: MessageRecord;
  /** How far an earlier start has come. */
  readonly state?: MessageState | undefined;
  /** One try; nothing where none is made any more. */
  readonly carry: (parcel: Parcel, signal: AbortSignal) => Promise<Tried | undefined>;
  /** Between the tries, in milliseconds. */
  readonly pauses: readonly number[];
  /** What its tries live in. */
  readonly scope: Scope;
  /** Aborted when no more of them are begun. */
  readonly stopping: AbortSignal;
  /** Told of each step; `isNews` where another status or reason is known now. */
  readonly onChange: (record: MessageRecord, state: MessageState, isNews: boolean) => void;
}

/** Brings one message to its targets, each in its own time, until nothing is left to be tried. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #tries: number[];
  readonly #due: number[];
  readonly #ways: Scope[] = [];
  #record: MessageRecord;

  constructor(options: DeliveryOptions) {
    const { record, state } = options;
    this.#options = options;
    this.#record = record;
    this.#tries = record.targets.map((_, index) => state?.tries[index] ?? 0);
    this.#due = record.targets.map((_, index) => state?.due[index] ?? 0);
  }

  get record(): MessageRecord {
    return this.#record;
  }

  get state(): MessageState {
    return { tries: [...this.#tries], due: [...this.#due] };
  }

  start(): void {
    for (const index of this.#record.targets.keys()) {
      const way = this.#options.scope.child();
      this.#ways[index] = way;
      way.spawn('message', (signal) => this.#bring(index, signal));
    }
  }

  /** Something is known of a target: no more is tried there. */
  learn(index: number, known: Pick<MessageTarget, 'status' | 'reason'>): void {
    void this.#ways[index]?.close();
    this.#note(index, known);
  }

  /** Ends it as it is, with the last form of its record. */
  end(record: MessageRecord): void {
    for (const way of this.#ways) void way.close();
    this.#record = record;
  }

  async #bring(index: number, signal: AbortSignal): Promise<void> {
    const { carry, stopping } = this.#options;
    while (this.#record.targets[index]?.status === 'queued') {
      const due = this.#due[index] ?? 0;
      const either = AbortSignal.any([signal, stopping]);
      if (due > now()) await sleepUntil(due, either).catch(() => undefined);
      if (signal.aborted || stopping.aborted) return;
      const tried = await carry(this.#parcel(index), signal);
      // Meanwhile more may have become known, or it is no more to be sent.
      if (!tried || isSettled(this.#record) || this.#record.targets[index]?.status !== 'queued') return;
      this.#take(index, tried);
    }
  }

  #take(index: number, tried: Tried): void {
    const count = (this.#tries[index] ?? 0) + 1;
    this.#tries[index] = count;
    if (tried.status === 'sent') return this.#note(index, { status: 'sent', reason: '' });
    const { reason } = tried;
    const pause = tried.status === 'later' ? this.#options.pauses[count - 1] : undefined;
    if (pause === undefined) return this.#note(index, { status: 'failed', reason });
    this.#due[index] = now() + pause;
    this.#note(index, { status: 'queued', reason });
  }

  #note(index: number, known: Pick<MessageTarget, 'status' | 'reason'>): void {
    const before = this.#record.targets[index];
    const isNews = before?.status !== known.status || before.reason !== known.reason;
    if (isNews) this.#record = withTarget(this.#record, index, known, wireTime(nowMicros()));
    this.#options.onChange(this.#record, isSettled(this.#record) ? nothingLeft : this.state, isNews);
  }

  #parcel(index: number): Parcel {
    const { id, source, targets, text } = this.#record;
    const destination = targets[index]?.destination ?? source; // it is one of them
    return { id: index === 0 ? id : `${id}-${index}`, messageId: id, source, destination, text };
  }
}

const nothingLeft: MessageState = { tries: [], due: [] };
