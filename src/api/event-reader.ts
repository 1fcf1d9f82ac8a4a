import type { ServerResponse } from 'node:http';
import { every, now } from '../core/clock.ts';
import { orAbort } from '../core/wait.ts';
import type { LiveEvents, Position } from '../news/live-events.ts';
import type { Portions } from './event-portions.ts';

/** In milliseconds: a connection that nothing goes over is cut by what stands between. */
const beat = 15_000;
/** A reader who takes nothing for so long is cut. */
const patience = 10_000;
/** How often it is looked whether one of these is over. */
const look = 1_000;

export interface Reading {
  readonly portions: Portions;
  /** Of the last event this reader has had, where he had one. */
  readonly lastId?: string | undefined;
  readonly response: Pick<ServerResponse, 'write'>;
  readonly signal: AbortSignal;
}

/**
 * Sends one reader what happens as server-sent events, until the signal is aborted or he is too slow: what he has not taken
 * waits among the events that are kept for all, and nowhere else.
 */
export async function readEvents(reading: Reading): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  using _ = new EventReader(reading, () => reject(new Error('too slow')));
  return await orAbort(promise, reading.signal);
}

/** There may be many, and each is told all that happens: no promise, no timer and no listener for what is written. */
class EventReader implements Disposable {
  readonly #reading: Reading;
  readonly #isTooSlow: () => void;
  readonly #watch: Disposable;
  readonly #clock: Disposable;
  #position: Position;
  #isWriting = false;
  #isOver = false;
  #wroteAt = 0;

  constructor(reading: Reading, isTooSlow: () => void) {
    const { portions, lastId } = reading;
    this.#reading = reading;
    this.#isTooSlow = isTooSlow;
    this.#watch = portions.live.watch(() => this.#goOn());
    this.#clock = every(look, () => this.#look());
    const left = positionOf(lastId, portions.live);
    this.#position = left ?? portions.live.last;
    const isGap = lastId !== undefined && left === undefined;
    this.#write(opening(`${portions.live.run}-${this.#position}`, isGap));
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#watch[Symbol.dispose]();
    this.#clock[Symbol.dispose]();
  }

  /** One portion after the other, for as long as he takes them. */
  #goOn(): void {
    if (this.#isWriting || this.#isOver) return;
    const next = this.#reading.portions.behind(this.#position);
    if (!next) return this.#isTooSlow();
    this.#position = next.position;
    if (next.text.length > 0) this.#write(next.text);
  }

  #write(text: string | Buffer): void {
    this.#isWriting = true;
    this.#wroteAt = now();
    this.#reading.response.write(text, (error) => {
      this.#isWriting = false;
      if (!error) this.#goOn();
    });
  }

  #look(): void {
    const silent = now() - this.#wroteAt;
    if (this.#isWriting && silent >= patience) this.#isTooSlow();
    else if (!this.#isWriting && silent >= beat) this.#write(':\n\n');
  }
}

/** The id of an event tells which daemon has told it, too. */
function positionOf(lastId: string | undefined, live: LiveEvents): Position | undefined {
  const [run, number = ''] = lastId?.split('-') ?? [];
  const position = /^\d{1,15}$/.test(number) ? Number(number) : undefined;
  return run === live.run && position !== undefined && live.reaches(position) ? position : undefined;
}

/** Where he begins; whoever cannot have all since his last event is told so. */
function opening(id: string, isGap: boolean): string {
  return `retry: 2000\nid: ${id}\n${isGap ? 'event: gap\ndata: {}\n' : ''}\n`;
}
