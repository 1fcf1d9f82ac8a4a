import { now } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { randomUuid } from '../core/random.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { Ear, Heard, HearingListener, HearingPort } from '../ports/hearing.ts';
import {
  endedTranscribe,
  heardBy,
  type TranscribeEventType,
  type TranscribeGap,
  type TranscribeRecord,
  type TranscriptDirection,
  unbegunTranscribe,
  withGap,
} from './transcribe-record.ts';
import type { TranscribeState } from './transcribe-state.ts';
import { type TranscriptRecord, transcriptOf } from './transcript-record.ts';

/** Who is told of transcriptions. */
export interface TranscribeNews {
  /** One is as it was not before; it is told of by nothing where only its place is another. */
  changed(record: TranscribeRecord, state: TranscribeState, type?: TranscribeEventType): void;
  /** Something was said. */
  said(transcript: TranscriptRecord): void;
  /** Something is being said, and is heard so as yet. */
  saying(transcript: TranscriptRecord): void;
}

export interface TranscriptionOptions {
  readonly record: TranscribeRecord;
  readonly state: TranscribeState;
  readonly hearing: HearingPort;
  readonly news: TranscribeNews;
  readonly log: Log;
  /** Those who listen are let go with it, what they have not told by then is lost. It outlives the call: its last words come after it. */
  readonly scope: Scope;
}

/** How long the last words may take once the audio has ended. */
const lastWords = 10_000;

/** What is being said is told no more often, in milliseconds: each is a request to every webhook that wants it. */
const interimInterval = 1_000;

/** What is written down of the audio of one thing: it is given to somebody who listens, for each direction, and his words are told. */
export class Transcription {
  readonly #options: TranscriptionOptions;
  readonly #scope: Scope;
  readonly #ears = new Map<TranscriptDirection, Ear>();
  /** What is being said in each direction. */
  readonly #sayings = new Map<TranscriptDirection, { readonly id: string; readonly toldAt: number }>();
  /** Where in the whole the audio of those who listen now begins. */
  #begin: TranscribeState['place'];
  #began: number | undefined;
  readonly #failed = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  #record: TranscribeRecord;
  #place: TranscribeState['place'];
  #isAnnounced = false;
  /** Whether the store knows of it: nobody is shown one that has not begun. */
  #isWritten = false;
  #isEnding = false;
  #isOver = false;
  #reason = '';
  #ending: Promise<void> | undefined;

  constructor(options: TranscriptionOptions) {
    const { record, state, scope } = options;
    this.#options = options;
    this.#scope = scope.child();
    this.#record = record;
    this.#place = state.place;
    this.#begin = state.place;
    this.#began = state.began;
  }

  get record(): TranscribeRecord {
    return this.#record;
  }

  /** Milliseconds of the audio that are written down, by direction. */
  get place(): TranscribeState['place'] {
    return this.#place;
  }

  /** Aborted when nobody can hear it any more. */
  get failedSignal(): AbortSignal {
    return this.#failed.signal;
  }

  /** Whether it has been told of. */
  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  /** Whether it takes audio. */
  get isHearing(): boolean {
    return !this.#ending && !this.#failed.signal.aborted;
  }

  /** Resolves when its last words and its end have been told. */
  get whenOver(): Promise<void> {
    return this.#over.promise;
  }

  /** Finds those who are to listen, for all directions or for none. @throws as `HearingPort.open` */
  async hear(directions: readonly TranscriptDirection[]): Promise<void> {
    const { hearing, state } = this.#options;
    const { language, provider } = this.#record;
    const request = { language, provider: state.provider, hints: state.hints };
    const opening = directions.map(async (direction) => {
      this.#ears.set(direction, await hearing.open(request, this.#listener(direction), this.#scope));
    });
    try {
      await Promise.all(opening);
    } catch (error) {
      await this.#scope.close();
      await Promise.allSettled(opening);
      throw error;
    }
    const [first] = directions.flatMap((direction) => this.#ears.get(direction) ?? []);
    if (!first || first.provider === provider) return;
    if (this.#isAnnounced) this.#update(heardBy(this.#record, first.provider));
    else this.#record = { ...this.#record, provider: first.provider };
  }

  /** The next start is to know that it is about to begin. */
  keep(): void {
    this.#isWritten = true;
    this.#write();
  }

  /** Tells that it has begun. */
  announce(): void {
    this.#isAnnounced = true;
    this.#isWritten = true;
    this.#write('transcribe_created');
  }

  /** Goes on with one that a daemon before has left, announced or not. */
  goOn({ isAnnounced }: { readonly isAnnounced: boolean }): void {
    this.#isAnnounced = isAnnounced;
    this.#isWritten = true;
  }

  /** From now on there is audio of a call; where there was before, nobody has heard what came after the last words. */
  begin(directions: readonly TranscriptDirection[]): void {
    if (this.#began === undefined) {
      this.#began = now();
      return this.announce();
    }
    const at = Math.round(now() - this.#began);
    const gaps = directions.map((direction) => ({ direction, start: this.#place[direction], end: at }));
    for (const { direction } of gaps) this.#begin = { ...this.#begin, [direction]: at };
    this.#gaps(gaps.filter(({ start, end }) => start < end));
  }

  /** Audio that comes next in a direction. */
  write(direction: TranscriptDirection, samples: Int16Array): void {
    if (!this.#ending) this.#ears.get(direction)?.write(samples);
  }

  /** There is no more audio; resolves when the last words and the end have been told. It has failed where there is a reason. */
  end(reason = ''): Promise<void> {
    this.#reason ||= reason;
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    this.#isEnding = true;
    if (this.#began !== undefined) this.#write();
    // One that never began has nothing to tell.
    const ears = this.#isAnnounced ? [...this.#ears.values()] : [];
    await Promise.all(ears.map((ear) => within(ear.end(), lastWords).catch(() => undefined)));
    await this.#scope.close();
    this.#isOver = true;
    this.#update(endedTranscribe(this.#record, this.#reason));
    this.#over.resolve();
  }

  #listener(direction: TranscriptDirection): HearingListener {
    return {
      onHeard: (heard) => this.#heard(direction, heard),
      onGap: ({ start, end }) => this.#missed(direction, start, end),
      onFailed: (error) => this.#fail(error),
    };
  }

  #heard(direction: TranscriptDirection, heard: Heard): void {
    if (this.#isOver || !this.#isAnnounced || heard.text.trim() === '') return;
    const { news } = this.#options;
    const { id = randomUuid(), toldAt = 0 } = this.#sayings.get(direction) ?? {};
    const begin = this.#begin[direction];
    const times = { start: begin + heard.start, end: begin + heard.end };
    const transcript = transcriptOf(this.#record, id, { ...heard, ...times, direction });
    if (heard.isFinal) {
      this.#sayings.delete(direction);
      this.#place = { ...this.#place, [direction]: Math.max(this.#place[direction], transcript.end) };
      news.said(transcript);
      this.#write();
    } else if (now() - toldAt >= interimInterval) {
      this.#sayings.set(direction, { id, toldAt: now() });
      news.saying(transcript);
    }
  }

  #missed(direction: TranscriptDirection, start: number, end: number): void {
    if (this.#isOver) return;
    const begin = this.#begin[direction];
    this.#gaps([{ direction, start: Math.round(begin + start), end: Math.round(begin + end) }]);
  }

  #gaps(gaps: readonly TranscribeGap[]): void {
    for (const gap of gaps) this.#options.log.warn({ transcribe: this.#record.id, ...gap }, 'transcribe_gap');
    if (gaps.length > 0) this.#update(gaps.reduce(withGap, this.#record));
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#options.log.warn({ transcribe: this.#record.id, error: messageOf(error) }, 'transcribe_failed');
    this.#reason ||= failureCode(error);
    this.#failed.abort(error);
  }

  #update(record: TranscribeRecord): void {
    this.#record = record;
    if (this.#isAnnounced) this.#write('transcribe_updated');
    else this.#write();
  }

  #write(type?: TranscribeEventType): void {
    if (!this.#isWritten) return;
    const { news, state } = this.#options;
    const isEnding = this.#isEnding || undefined;
    const now = { began: this.#began, isEnding, place: this.#place };
    const record = this.#isAnnounced ? this.#record : unbegunTranscribe(this.#record);
    news.changed(record, { ...state, ...now }, type);
  }
}

/** Why it failed, as its record has it. */
export function failureCode(error: unknown, otherwise = 'HEARING_FAILED'): string {
  return error instanceof ActionError ? error.code : otherwise;
}
