import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { nextTurn, within } from '../core/wait.ts';
import type { LiveEvent, LiveEvents, Position } from '../news/live-events.ts';

/** In milliseconds: a connection that nothing goes over is cut by what stands between. */
const beat = 15_000;
/** A reader who takes nothing for so long is cut. */
const patience = 10_000;
/** In characters, written at once. */
const portion = 65_536;

type Wants = (event: LiveEvent) => boolean;

export interface Reading {
  readonly live: LiveEvents;
  readonly wants: Wants | Everything;
  /** Of the last event this reader has had, where it had one. */
  readonly lastId?: string | undefined;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/**
 * Sends one reader what happens as server-sent events, until the signal is aborted or he is too slow: what he has not taken
 * waits among the events that are kept for all, and nowhere else.
 */
export async function readEvents({ live, wants, lastId, response, signal }: Reading): Promise<never> {
  using _ = live.watch();
  const left = positionOf(lastId, live);
  let position = left ?? live.last;
  await write(response, opening(idOf(live, position), lastId !== undefined && left === undefined), signal);
  for (;;) {
    const news = live.news;
    const next =
      wants instanceof Everything ? wants.behind(position, live) : portionBehind(position, live, wants);
    if (next === undefined) throw new Error('too slow');
    if (next.text.length > 0) await write(response, next.text, signal);
    if (next.position > position) position = next.position;
    else if (await isQuiet(news, signal)) await write(response, ':\n\n', signal);
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

function idOf({ run }: LiveEvents, position: Position): string {
  return `${run}-${position}`;
}

interface Portion {
  readonly text: string | Buffer;
  readonly position: Position;
}

/** All that happens, for however many readers of one daemon: what one of them is sent is made once for those who are as far as he is. */
export class Everything {
  #made: (Portion & { readonly from: Position; readonly last: Position }) | undefined;

  /** As `portionBehind`. */
  behind(from: Position, live: LiveEvents): Portion | undefined {
    const { last } = live;
    if (this.#made?.from === from && this.#made.last === last) return this.#made;
    const next = portionBehind(from, live, () => true);
    this.#made = next && { ...next, text: Buffer.from(next.text), from, last };
    return this.#made;
  }
}

/** What is wanted of the next events, as text; `undefined` where they are not kept any more. */
function portionBehind(
  from: Position,
  live: LiveEvents,
  wants: Wants,
): { readonly text: string; readonly position: Position } | undefined {
  if (!live.reaches(from)) return undefined;
  let [text, position] = ['', from];
  for (let event = live.behind(position); event && text.length < portion; event = live.behind(position)) {
    position = event.number;
    if (wants(event)) text += `id: ${idOf(live, position)}\ndata: ${event.text}\n\n`;
  }
  return { text, position };
}

/** Whether nothing happens for a while. What happens together is told together. */
async function isQuiet(news: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const isOver = news.then(() => true);
  if (!(await within(isOver, beat, signal))) return true;
  await nextTurn();
  return false;
}

async function write(response: ServerResponse, text: string | Buffer, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (response.write(text)) return;
  const isDrained = once(response, 'drain', { signal }).then(() => true);
  if (!(await within(isDrained, patience, signal))) throw new Error('too slow');
}
