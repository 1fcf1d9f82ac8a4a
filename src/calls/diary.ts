import { nowMicros, wireTime } from '../core/clock.ts';
import { newId } from '../core/new-id.ts';
import { unseen } from '../core/unseen.ts';
import type { DiaryState, Entry, TraceRecord } from './diary-entry.ts';

/** So many entries lie in the state of the call; most calls end before there are more. */
const mostInState = 60;
/** So many go to a page of their own then, the oldest. */
const movedAtOnce = 40;

/** In characters. */
const pageSize = 16_384;
const mostInPages = 262_144;

/** Takes a page, whole, in place of what it was before. */
export type PageWriter = (page: TraceRecord) => void;

/**
 * What is done with a call, and what it meets: of every call what takes no room, in its state, which is written whenever the call
 * changes; of one that is traced all that there is to tell, on pages of their own. Nothing is written for a diary alone but pages.
 */
export class Diary {
  readonly #callId: string;
  readonly #write: PageWriter;
  #entries: Entry[] = [];
  /** The page that a trace is at. */
  #page:
    | { readonly id: string; readonly entries: Entry[]; readonly tm_create: string; size: number }
    | undefined;
  /** What lies on pages, in characters: entries that had no room in the state, and those of a trace. */
  #moved = 0;
  #traced = 0;
  #isCut = false;
  #hasTrace = false;
  /** Whether the flow that is on the call now wants to be told all. */
  #isTraced = false;
  /** Whether no trace is to have what is typed. */
  #isMasked = false;
  /** Whether it has been said that something was typed, and nothing was done since. */
  #isUnseenTold = false;

  constructor(callId: string, write: PageWriter = () => undefined) {
    this.#callId = callId;
    this.#write = write;
  }

  get isTraced(): boolean {
    return this.#isTraced;
  }

  /** From now on all is told that there is to tell, with the digits or without; or nothing besides what every call has. */
  trace({ isTraced, isMasked = false }: { readonly isTraced: boolean; readonly isMasked?: boolean }): void {
    this.#isTraced = isTraced;
    this.#isMasked = isMasked;
    this.#hasTrace ||= isTraced;
  }

  /** As it is written down with the call; nothing where there is nothing. */
  get state(): DiaryState | undefined {
    if (this.#entries.length === 0 && !this.#hasTrace) return undefined;
    return {
      entries: this.#entries,
      ...(this.#moved > 0 && { moved: this.#moved }),
      ...(this.#traced > 0 && { traced: this.#traced }),
      ...(this.#hasTrace && { hasTrace: true }),
      ...(this.#isCut && { isCut: true }),
    };
  }

  /** So it was when its daemon died. What was on a page then stays there. */
  goOn({ entries, moved, traced, hasTrace, isCut }: DiaryState): void {
    this.#entries = [...entries];
    this.#moved = moved ?? 0;
    this.#traced = traced ?? 0;
    this.#hasTrace ||= hasTrace ?? false;
    this.#isCut = isCut ?? false;
  }

  /** Something begins, or happens where `end` is given. It is ended by setting its `end`. */
  note(entry: Entry): Entry {
    this.#entries.push(entry);
    this.#isUnseenTold = false;
    if (this.#entries.length > mostInState) this.#move();
    return entry;
  }

  /** The newest of its kind that goes on, and is the one. */
  open(kind: Entry['kind'], isIt: (entry: Entry) => boolean = () => true): Entry | undefined {
    return this.#entries.findLast((entry) => entry.kind === kind && entry.end === undefined && isIt(entry));
  }

  /** Of a trace alone. */
  tell(entry: Entry): void {
    if (!this.#isTraced) return;
    const size = JSON.stringify(entry).length;
    if (this.#traced + size > mostInPages) this.#isCut = true;
    if (this.#isCut) return;
    this.#traced += size;
    if (!this.#page || this.#page.size + size > pageSize)
      this.#page = { id: newId(), entries: [], tm_create: wireTime(), size: 0 };
    const { id, entries, tm_create } = this.#page;
    entries.push(entry);
    this.#page.size += size;
    this.#write({ id, call_id: this.#callId, entries, tm_create });
  }

  /** A key was pressed: which one, unless that is for the flow alone, or no trace is to have any. */
  pressed(digit: string, isHidden: boolean): void {
    if (!this.#isTraced) return;
    const at = nowMicros();
    const isUnseen = isHidden || this.#isMasked;
    // Not even how many they were.
    if (isUnseen && this.#isUnseenTold) return;
    this.tell({ kind: 'digit', at, end: at, what: isUnseen ? unseen : digit });
    this.#isUnseenTold = isUnseen;
  }

  /** Its phone, or an order, holds it, mutes it, lets it hear music, or does so no more. */
  changed(change: {
    readonly hold?: boolean;
    readonly held?: boolean;
    readonly mute?: string;
    readonly moh?: string;
  }): void {
    if (!('hold' in change || 'held' in change || 'mute' in change || 'moh' in change)) return;
    for (const what of ['hold', 'held', 'mute', 'moh'] as const) {
      const value = change[what];
      if (value === undefined) continue;
      const at = nowMicros();
      const before = this.open('hold', (entry) => entry.what === what);
      if (before) before.end = at;
      if (value !== false && value !== '')
        this.note({ kind: 'hold', at, what, ...(typeof value === 'string' && { data: { value } }) });
    }
  }

  #move(): void {
    const oldest = this.#entries.slice(0, movedAtOnce);
    const over = oldest.filter(({ end }) => end !== undefined);
    const open = oldest.filter(({ end }) => end === undefined);
    // Who has so many things under way is not to fill the state either.
    const kept = over.length > 0 ? open : open.slice(movedAtOnce / 2);
    this.#entries = [...kept, ...this.#entries.slice(movedAtOnce)];
    const size = JSON.stringify(over).length;
    if (this.#moved + size > mostInPages) this.#isCut = true;
    if (over.length === 0 || this.#moved + size > mostInPages) return;
    this.#moved += size;
    this.#write({ id: newId(), call_id: this.#callId, entries: over, tm_create: wireTime() });
  }
}
