import { randomUUID } from 'node:crypto';
import { now } from '../core/clock.ts';
import { after } from '../core/wait.ts';
import type { WebhookEvent } from './event-families.ts';
import type { PublishedEvent } from './events.ts';
import { callOf } from './fan-out.ts';

/** One event, as a webhook gets it. */
export interface LiveEvent {
  /** Counts all that is told here, kept or not. */
  readonly number: number;
  readonly type: WebhookEvent['type'];
  readonly callId: string | undefined;
  readonly flowId: string | undefined;
  /** As JSON. */
  readonly text: string;
  readonly at: number;
}

/** Where somebody is who reads: he has had all events up to this number. */
export type Position = number;

interface Watcher {
  readonly onNews: () => void;
}

const mostEvents = 10_000;
/** In characters: as many events as that may be large ones. */
const mostText = 32 * 1_024 * 1_024;
const longest = 600_000;

/** In milliseconds. What happens behind a silence is told at once, and what follows together: a reader costs by how often he is written to. */
const pace = 200;

/**
 * What happens, for those who look at it meanwhile: the last 10 000 events or ten minutes of them, in memory. Nothing is kept
 * before somebody looks, nor when nobody has for ten minutes.
 */
export class LiveEvents {
  /** Names this daemon's run: numbers of another one say nothing here. */
  readonly run = randomUUID().slice(0, 8);
  readonly #kept = new Map<number, LiveEvent>();
  #text = 0;
  #last: Position = 0;
  readonly #watchers = new Set<Watcher>();
  #leftAt = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;
  #pause: Disposable | undefined;
  readonly #flowOf: (activeflowId: string) => string | undefined;

  /** `flowOf` says which flow an activeflow runs that lives. */
  constructor(flowOf: (activeflowId: string) => string | undefined) {
    this.#flowOf = flowOf;
  }

  /** How many look. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** Behind all that was told so far. */
  get last(): Position {
    return this.#last;
  }

  /** Somebody looks, until it is disposed, and is told when there is something to look at. */
  watch(onNews: () => void = () => undefined): Disposable {
    if (this.#isForgotten()) this.#forget();
    const watcher = { onNews };
    this.#watchers.add(watcher);
    return {
      [Symbol.dispose]: () => {
        this.#watchers.delete(watcher);
        this.#leftAt = now();
      },
    };
  }

  tell({ event }: PublishedEvent): void {
    this.#last += 1;
    if (this.#isForgotten()) return this.#forget();
    const { type, data } = event;
    const told: LiveEvent = {
      number: this.#last,
      type,
      callId: callOf(event),
      flowId: this.#flowIdOf(data),
      text: JSON.stringify({ type, data }),
      at: now(),
    };
    this.#kept.set(told.number, told);
    this.#text += told.text.length;
    this.#trim(told.at);
    // What happens at once is told together.
    this.#pause ??= after(Math.max(0, this.#toldAt + pace - told.at), () => this.#wake());
  }

  #wake(): void {
    this.#pause = undefined;
    this.#toldAt = now();
    for (const { onNews } of this.#watchers) onNews();
  }

  /** Whether everything behind a position is here still. */
  reaches(position: Position): boolean {
    return position >= this.#last - this.#kept.size && position <= this.#last;
  }

  /** The event behind a position, if it is here. */
  behind(position: Position): LiveEvent | undefined {
    return this.#kept.get(position + 1);
  }

  #flowIdOf(data: WebhookEvent['data']): string | undefined {
    if ('flow_id' in data) return data.flow_id;
    return 'activeflow_id' in data ? this.#flowOf(data.activeflow_id) : undefined;
  }

  #isForgotten(): boolean {
    return this.#watchers.size === 0 && now() - this.#leftAt > longest;
  }

  #forget(): void {
    if (this.#kept.size === 0) return; // each event comes here that nobody looks at
    this.#kept.clear();
    this.#text = 0;
  }

  #trim(time: number): void {
    for (const { number, text, at } of this.#kept.values()) {
      if (this.#kept.size <= mostEvents && this.#text <= mostText && time - at <= longest) return;
      this.#kept.delete(number);
      this.#text -= text.length;
    }
  }
}
