import { Call } from '../calls/call.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { ActionError, AriflowError, LifetimeEnded } from '../core/errors.ts';
import { Groups } from '../core/groups.ts';
import { randomUuid } from '../core/random.ts';
import { orAbort, within } from '../core/wait.ts';
import { type RecordingOption, recordingOption, type WantedRecording } from '../ports/recording-option.ts';
import type { RecordingsPort } from '../ports/recordings.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import { boundsOf, type Ended } from './captured.ts';
import {
  type LeftBehind,
  type Resumable,
  resumable,
  type Survivors,
  tidyUp,
  whenOpen,
} from './left-recordings.ts';
import { type LeftRecording, LiveRecording } from './live-recording.ts';
import { deleteOld, deleteTooMuch, removeFiles } from './old-recordings.ts';
import {
  asNeverBegun,
  fileNameOf,
  hasBegun,
  hasFile,
  isOver,
  type RecordingRecord,
} from './recording-record.ts';
import type { RecordingsOptions } from './recordings-options.ts';

/** How long whoever opens a link waits for a file that is being made. */
const filePatience = 10_000;

/** Each takes two threads of Asterisk's. */
const mostPerCall = 5;

/** Every recording there is: those that run, and the files of those that are over. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #live = new Map<string, LiveRecording>();
  /** By their subjects, oldest first. */
  readonly #bySubject = new Groups<string, LiveRecording>();
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
    const known = this.#live.get(id);
    if (known) return known.record; // a daemon that died had begun it
    if (this.#bySubject.of(call.id).length >= mostPerCall)
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
    if (!wanted.beep_start) return recording.record;
    recording.keep();
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
    const all = this.#bySubject.of(call.id);
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
    if (this.#bySubject.of(bridge.id).length > 0)
      throw new ActionError('TOO_MANY_RECORDINGS', 'it is being recorded already');
    const recording = this.#add(
      randomUuid(),
      bridge,
      recordingOption.parse({ ...wanted, channels: 'mixed' }),
    );
    await recording.open();
    await recording.begin();
    this.#show(bridge, recording);
    return recording.record;
  }

  /** A call has come into a confbridge: where that is being recorded, it can be heard in the file. */
  joined(call: Call | undefined, confbridgeId: string): void {
    for (const live of this.#bySubject.of(confbridgeId))
      if (call && live.hasBegun && live.record.status === 'recording') this.#heardIn(call, live);
  }

  #heardIn(call: Call, { id, record }: LiveRecording): void {
    call.recordedAs.set(id, fileNameOf(record));
    call.writeDown();
  }

  /** Ends the recording of a confbridge's bridge; `undefined` where it is not recorded. */
  stopOfBridge(confbridgeId: string): RecordingRecord | undefined {
    const recording = this.#bySubject.of(confbridgeId).at(-1);
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
    this.#show(live.subject, live);
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
    await removeFiles(this.#options.files, record);
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

  /** Resolves when nothing is recorded any more of one that this daemon records; nothing where it does not. */
  whenEnded(id: string): Promise<void> | undefined {
    return this.#ending.get(id);
  }

  /** How much there is of one that is being recorded, in milliseconds; nothing before its first sound. */
  elapsed(id: string): number | undefined {
    const live = this.#live.get(id);
    return live?.hasBegun ? live.elapsed : undefined;
  }

  /** Removes what belongs to no recording; at first, before anything is recorded, what could not be finished is tried again. */
  tidyUp(isFirst: boolean): Promise<void> {
    return tidyUp(this.#options, isFirst ? undefined : [...this.#live.keys(), ...this.#ending.keys()]);
  }

  /** Goes on with what a daemon that died has recorded of those who live on, and finishes the rest. */
  takeUp(left: readonly LeftBehind[], survivors: Survivors): void {
    for (const one of left) this.#takeUp(one, survivors);
    for (const call of survivors.calls) this.#show(call);
  }

  #takeUp(left: LeftBehind, survivors: Survivors): void {
    const { reference_type, reference_id } = left.record;
    const one = resumable(left);
    const call = survivors.callOf(reference_id);
    if (one && call) this.#goOn(one, call, survivors);
    else if (one && reference_type === 'confbridge') this.#goOnInRoom(one, survivors);
    else this.#endLeft(left);
  }

  #goOn(left: Resumable, subject: Call | RoomBridge, { whenCompared }: Survivors): void {
    const recording = this.#add(left.record.id, subject, left.wanted, left);
    if (recording.hasBegun) this.#show(subject, recording);
    subject.scope.spawn('recording', async () => {
      try {
        await recording.goOn(whenCompared);
        if (recording.hasBegun) this.#show(subject, recording);
      } catch (error) {
        if (!(error instanceof LifetimeEnded)) this.#options.onLost(recording.record, error);
      }
    });
  }

  /** Whoever waits for its end waits for its room, too. */
  #goOnInRoom(left: Resumable, survivors: Survivors): void {
    const { record } = left;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ending.set(record.id, promise);
    survivors.scope.spawn('recording', async (signal) => {
      const bridge = await whenOpen(record.reference_id, survivors, signal);
      this.#ending.delete(record.id);
      if (bridge) this.#goOn(left, bridge, survivors);
      else this.#endLeft(left);
      await this.#ending.get(record.id);
      resolve();
    });
  }

  /** What there is of it is kept; of one that had not begun there is nothing. */
  #endLeft({ record, state }: LeftBehind): void {
    const { ari, finishing, files, onChange } = this.#options;
    const ended = { ...record, ended_by: record.ended_by || ('hangup' as const) };
    if (hasBegun(record))
      return finishing.recover(ended, ari, state?.option && boundsOf(state.option, ended));
    onChange(undefined, asNeverBegun(record));
    void files.removeRaw(record.id);
  }

  /** Deletes the oldest that are over, were made before a time (milliseconds since 1970); answers how many. */
  expire(before: number, limit: number): Promise<number> {
    return deleteOld(this.#options, before, limit);
  }

  /** Deletes the oldest that are over where their files are over so many bytes together; answers how many. */
  shrink(most: number, limit: number): Promise<number> {
    return deleteTooMuch(this.#options, most, limit);
  }

  /** When all calls have ended: waits for files under way, at most so long; the next start makes the others. */
  close(ms: number): Promise<void> {
    return this.#options.finishing.close(ms);
  }

  #add(id: string, subject: Call | RoomBridge, wanted: WantedRecording, left?: LeftRecording): LiveRecording {
    const { customerId, files, onChange } = this.#options;
    const { promise: ending, resolve: ended } = Promise.withResolvers<void>();
    this.#ending.set(id, ending);
    const hiding = wanted.digits === 'absorb' && subject instanceof Call ? subject.digits.hide() : undefined;
    const recording: LiveRecording = new LiveRecording({
      id,
      subject,
      wanted,
      customerId,
      prefix: files.prefix,
      left,
      onChange,
      written: (segment) => files.written(segment),
      discard: (track) => files.discard(track),
      onEnded: async (over) => {
        hiding?.[Symbol.dispose]();
        this.#live.delete(recording.id);
        this.#bySubject.delete(subject.id, recording);
        this.#show(subject);
        if (over) this.#finish({ ...over, ...boundsOf(wanted, over.record) });
        this.#ending.delete(id);
        ended();
        if (!over) await files.removeRaw(recording.id);
      },
    });
    this.#live.set(recording.id, recording);
    this.#bySubject.add(subject.id, recording);
    return recording;
  }

  #finish({ record, segments, ...bounds }: Ended): void {
    const { ari, finishing } = this.#options;
    if (segments) finishing.finish({ record, segments, ...bounds });
    else finishing.recover(record, ari, bounds);
  }

  /** Shows with the call which recording runs, and which there have been; with those in a room, where they can be heard. */
  #show(subject: Call | RoomBridge, begun?: LiveRecording): void {
    const heard = subject instanceof Call ? [subject] : subject.calls();
    if (begun) for (const call of heard) this.#heardIn(call, begun);
    if (!(subject instanceof Call)) return;
    const running = this.#bySubject.of(subject.id).findLast((live) => live.hasBegun);
    subject.setRecordings(running?.id ?? zeroId, begun?.id);
  }

  /** @throws AriflowError */
  async #running(id: string): Promise<LiveRecording> {
    const live = this.#live.get(id);
    if (live?.hasBegun) return live;
    await this.get(id);
    throw new AriflowError('CONFLICT', 'the recording does not run');
  }
}
