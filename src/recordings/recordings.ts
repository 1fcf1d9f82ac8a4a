import { randomUUID } from 'node:crypto';
import type { Ari } from '../ari/ari.ts';
import { Call } from '../calls/call.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { ActionError, AriflowError, LifetimeEnded } from '../core/errors.ts';
import { orAbort, within } from '../core/wait.ts';
import type { RecordingOption } from '../ports/recording-option.ts';
import type { RecordingsPort } from '../ports/recordings.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import type { Finishing } from './finishing.ts';
import { LiveRecording } from './live-recording.ts';
import type { RecordingFiles } from './recording-files.ts';
import {
  fileNameOf,
  hasFile,
  isOver,
  type RecordingEventType,
  type RecordingRecord,
} from './recording-record.ts';
import type { RecordingStore } from './recording-store.ts';

export interface RecordingsOptions {
  readonly ari: Ari;
  readonly files: Pick<
    RecordingFiles,
    | 'prefix'
    | 'path'
    | 'written'
    | 'discard'
    | 'removeRaw'
    | 'remove'
    | 'left'
    | 'sweep'
    | 'bytes'
    | 'allBytes'
  >;
  readonly finishing: Pick<Finishing, 'finish' | 'recover' | 'retry' | 'settled' | 'close'>;
  readonly store: Pick<RecordingStore, 'ofCall' | 'unfinished' | 'isOurs' | 'old' | 'forget'>;
  /** The latest form of a recording, stored or not. */
  readonly find: (id: string) => Promise<RecordingRecord | undefined>;
  readonly customerId: string;
  readonly onChange: (type: RecordingEventType, record: RecordingRecord) => void;
  /** Resolves when every change told so far is stored. */
  readonly stored: (signal?: AbortSignal) => Promise<void>;
}

/** How long whoever opens a link waits for a file that is being made. */
const filePatience = 10_000;

/** Each takes two threads of Asterisk's. */
const mostPerCall = 5;

/** Every recording there is: those that run, and the files of those that are over. */
export class Recordings {
  readonly #options: RecordingsOptions;
  /** Oldest first. */
  readonly #live = new Map<string, LiveRecording>();
  /** By id: the ends of those that run. */
  readonly #ending = new Map<string, Promise<void>>();
  /** By id: who asks for one that is being deleted gets the same answer. */
  readonly #deleting = new Map<string, Promise<RecordingRecord>>();

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /**
   * Begins to record a call. Resolves when it does; with a beep as soon as that can be heard.
   * @throws ActionError `RECORDING_FAILED`, `TOO_MANY_RECORDINGS`; the signal's reason
   */
  readonly start: RecordingsPort['start'] = async (call, wanted, { id, signal, onFailure }) => {
    if (this.#of(call.id).length >= mostPerCall)
      throw new ActionError('TOO_MANY_RECORDINGS', `a call is recorded ${mostPerCall} times at most`);
    const recording = this.#add(id, call, wanted);
    const begin = async (): Promise<void> => {
      await recording.begin();
      this.#show(call, recording);
    };
    try {
      await orAbort(recording.open(), signal);
      if (!wanted.beep_start) await orAbort(begin(), signal);
    } catch (error) {
      recording.stop();
      throw error;
    }
    if (wanted.beep_start)
      call.scope.spawn('recording', async () => {
        try {
          await recording.beep();
          await begin();
        } catch (error) {
          recording.stop();
          if (!(error instanceof LifetimeEnded)) onFailure(error);
        }
      });
    return recording.record;
  };

  /** Ends a recording of a call: where none is named the newest one that has begun, or else the newest. */
  readonly stop: RecordingsPort['stop'] = (call, id) => {
    const all = this.#of(call.id);
    const newest = all.findLast(({ hasBegun }) => hasBegun) ?? all.at(-1);
    const recording = id === undefined ? newest : all.find((live) => live.id === id);
    recording?.stop();
    return recording?.id;
  };

  /**
   * Begins to record all that is heard in a bridge, until that is gone.
   * @throws ActionError `RECORDING_FAILED`, `TOO_MANY_RECORDINGS`
   */
  async startOfBridge(
    bridge: RoomBridge,
    wanted: Pick<RecordingOption, 'format' | 'duration'>,
  ): Promise<RecordingRecord> {
    if (this.#of(bridge.id).length > 0)
      throw new ActionError('TOO_MANY_RECORDINGS', 'it is being recorded already');
    const once = { channels: 'mixed', end_of_silence: 0, end_of_key: 'none', beep_start: false } as const;
    const recording = this.#add(randomUUID(), bridge, { ...wanted, ...once });
    await recording.open();
    await recording.begin();
    for (const call of bridge.calls()) this.#heardIn(call, recording);
    return recording.record;
  }

  /** A call has come into a confbridge: where that is being recorded, it can be heard in the file. */
  joined(call: Call | undefined, confbridgeId: string): void {
    for (const live of this.#of(confbridgeId))
      if (call && live.hasBegun && live.record.status === 'recording') this.#heardIn(call, live);
  }

  #heardIn(call: Call, { id, record }: LiveRecording): void {
    call.recordedAs.set(id, fileNameOf(record));
  }

  /** Ends the recording of a confbridge's bridge; `undefined` where it is not recorded. */
  stopOfBridge(confbridgeId: string): RecordingRecord | undefined {
    const recording = this.#of(confbridgeId).at(-1);
    recording?.stop();
    return recording?.record;
  }

  /** @throws AriflowError `NOT_FOUND`, `CONFLICT` where it is not recording */
  async pause(id: string): Promise<RecordingRecord> {
    return (await this.#running(id)).pause();
  }

  /** @throws AriflowError `NOT_FOUND`, `CONFLICT` where it is not paused, `UNAVAILABLE` */
  async resume(id: string): Promise<RecordingRecord> {
    const live = await this.#running(id);
    const record = await live.resume();
    if (!(live.subject instanceof Call)) for (const call of live.subject.calls()) this.#heardIn(call, live);
    return record;
  }

  /** @throws AriflowError `NOT_FOUND` */
  async get(id: string): Promise<RecordingRecord> {
    const record = await this.#options.find(id);
    if (record?.tm_delete !== neverTime) throw new AriflowError('NOT_FOUND', 'no such recording');
    return record;
  }

  /**
   * Deletes a recording that is over, and its file.
   * @throws AriflowError `NOT_FOUND`; `CONFLICT` where it is not over, or its file is with another daemon
   */
  delete(id: string): Promise<RecordingRecord> {
    const known = this.#deleting.get(id);
    if (known) return known;
    const deleting = this.#delete(id).finally(() => this.#deleting.delete(id));
    this.#deleting.set(id, deleting);
    return deleting;
  }

  async #delete(id: string): Promise<RecordingRecord> {
    const { store, finishing } = this.#options;
    if (!isOver(await this.get(id))) throw new AriflowError('CONFLICT', 'the recording is not over');
    if (!(await store.isOurs(id)))
      throw new AriflowError('CONFLICT', 'the file of the recording is with another daemon');
    await finishing.settled([id]);
    const record = await this.get(id);
    await this.#removeFiles(record);
    const now = wireTime(nowMicros());
    const deleted = { ...record, tm_update: now, tm_delete: now };
    this.#options.onChange('recording_deleted', deleted);
    return deleted;
  }

  /** The file of a recording that is done, or of what could be kept of one that failed. @throws AriflowError `NOT_FOUND` */
  async file(id: string): Promise<{ readonly record: RecordingRecord; readonly path: string }> {
    const record = await this.get(id);
    if (!hasFile(record)) throw new AriflowError('NOT_FOUND', 'no such recording file');
    return { record, path: this.#options.files.path(record) };
  }

  /** The same, also of one whose file is just being made: that is waited for, a while. @throws AriflowError `NOT_FOUND` */
  async madeFile(id: string): Promise<Awaited<ReturnType<Recordings['file']>>> {
    await within(this.#options.finishing.settled([id]), filePatience);
    return this.file(id);
  }

  /** Every recording of a call that has begun, oldest first. @throws the signal's reason */
  async ofCall(callId: string, signal: AbortSignal): Promise<readonly RecordingRecord[]> {
    await this.#options.stored(signal);
    return this.#options.store.ofCall(callId);
  }

  /**
   * A recording once it is over; one that this daemon leaves to the next one is not.
   * @throws AriflowError `NOT_FOUND`; the signal's reason
   */
  async whenOver(id: string, signal: AbortSignal): Promise<RecordingRecord> {
    const ended = this.#ending.get(id)?.then(() => this.#options.finishing.settled([id]));
    await orAbort(ended ?? this.#options.finishing.settled([id]), signal);
    return this.get(id);
  }

  /** Finishes what a daemon that died has left, or could not make; removes what belongs to no recording. */
  async recover(): Promise<void> {
    const { store, files, finishing } = this.#options;
    const left = (await store.unfinished()).map(({ record }) => record);
    const begun = await this.#begun();
    const unmade = begun.filter(({ status, duration }) => status === 'failed' && duration === 0);
    // One that is not over and not ours another daemon has taken over, and goes on with.
    const kept = [...left, ...unmade, ...begun.filter((record) => !isOver(record))];
    await files.sweep(new Set(kept.map(({ id }) => id)));
    this.inherit(left);
    for (const record of unmade) finishing.retry(record);
  }

  /** Finishes what another daemon has left that let the same Asterisk record. */
  inherit(left: readonly RecordingRecord[]): void {
    const { ari, finishing } = this.#options;
    for (const record of left) finishing.recover(record, ari);
  }

  /** Deletes the oldest that are over, were made before a time (milliseconds since 1970); answers how many. */
  async expire(before: number, limit: number): Promise<number> {
    const { store } = this.#options;
    const old = await store.old(wireTime(before * 1_000), limit);
    for (const record of old) await this.#removeFiles(record);
    if (old.length > 0) await store.forget(old.map(({ id }) => id));
    return old.length;
  }

  /** Deletes the oldest that are over where their files are over so many bytes together; answers how many. */
  async shrink(most: number, limit: number): Promise<number> {
    const { store, files } = this.#options;
    let excess = (await files.allBytes()) - most;
    if (excess <= 0) return 0;
    const gone: string[] = [];
    for (const record of await store.old(wireTime(nowMicros()), limit)) {
      if (excess <= 0) break;
      excess -= await files.bytes(record);
      await this.#removeFiles(record);
      gone.push(record.id);
    }
    if (gone.length > 0) await store.forget(gone);
    return gone.length;
  }

  /** When all calls have ended: waits for files under way, at most so long; the next start makes the others. */
  close(ms: number): Promise<void> {
    return this.#options.finishing.close(ms);
  }

  /** Those of which Asterisk has written something when we told it to. */
  async #begun(): Promise<readonly RecordingRecord[]> {
    const { files, find } = this.#options;
    const found = await Promise.all((await files.left()).map(find));
    return found.flatMap((record) => record ?? []);
  }

  async #removeFiles(record: RecordingRecord): Promise<void> {
    const { files } = this.#options;
    await files.remove(record);
    await files.removeRaw(record.id);
  }

  #add(id: string, subject: Call | RoomBridge, wanted: RecordingOption): LiveRecording {
    const { customerId, files, finishing, onChange } = this.#options;
    const { promise: ending, resolve: ended } = Promise.withResolvers<void>();
    this.#ending.set(id, ending);
    const recording: LiveRecording = new LiveRecording({
      id,
      subject,
      wanted,
      customerId,
      prefix: files.prefix,
      onChange,
      written: (segment) => files.written(segment),
      discard: (track) => files.discard(track),
      onEnded: async (captured) => {
        this.#live.delete(recording.id);
        this.#show(subject);
        if (captured) finishing.finish(captured);
        this.#ending.delete(id);
        ended();
        if (!captured) await files.removeRaw(recording.id);
      },
    });
    this.#live.set(recording.id, recording);
    return recording;
  }

  /** Shows with the call which recording runs, and which there have been. */
  #show(subject: Call | RoomBridge, begun?: LiveRecording): void {
    if (!(subject instanceof Call)) return;
    const running = this.#of(subject.id).findLast(({ hasBegun }) => hasBegun);
    if (begun) this.#heardIn(subject, begun);
    subject.setRecordings(running?.id ?? zeroId, begun?.id);
  }

  #of(subjectId: string): readonly LiveRecording[] {
    return [...this.#live.values()].filter(({ subject }) => subject.id === subjectId);
  }

  /** @throws AriflowError */
  async #running(id: string): Promise<LiveRecording> {
    const live = this.#live.get(id);
    if (live?.hasBegun) return live;
    await this.get(id);
    throw new AriflowError('CONFLICT', 'the recording does not run');
  }
}

/** What is stored of the files of a call, by the id of the recording. */
export async function filesOfCall(
  store: Pick<RecordingStore, 'ofCall'>,
  callId: string,
): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.ofCall(callId)).map((record) => [record.id, fileNameOf(record)]));
}
