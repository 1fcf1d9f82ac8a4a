import { Call } from '../calls/call.ts';
import type { Listener } from '../calls/incoming-stream.ts';
import { play } from '../calls/playback.ts';
import { Prompt } from '../calls/prompt.ts';
import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import { AriflowError, LifetimeEnded } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, sleep } from '../core/wait.ts';
import type { WantedRecording } from '../ports/recording-option.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import { Capture, type CaptureOptions } from './capture.ts';
import type { Ended } from './captured.ts';
import { untilNothingIsWritten } from './health.ts';
import { Limits } from './limits.ts';
import {
  asNeverBegun,
  begunRecording,
  hasBegun,
  type RecordingEnd,
  type RecordingEventType,
  type RecordingRecord,
  unbegun,
} from './recording-record.ts';
import type { RecordingState, WrittenRecordingState } from './recording-state.ts';
import { listenForTalk } from './silence.ts';
import { type Segment, sidesOf } from './tracks.ts';

export interface LiveRecordingOptions {
  readonly id: string;
  readonly subject: Call | RoomBridge;
  readonly wanted: WantedRecording;
  readonly customerId: string;
  /** What the names of Asterisk's files begin with; the recording's id follows. */
  readonly prefix: string;
  /** One that a daemon which died has left behind. */
  readonly left?: LeftRecording | undefined;
  readonly onChange: RecordingWriter;
  /** How much Asterisk has written of a segment, in bytes of its shortest file. */
  readonly written: (segment: Segment) => Promise<number>;
  /** Removes what Asterisk has written of a track that is not to be kept. */
  readonly discard: CaptureOptions['discard'];
  /** Nothing is recorded any more, and Asterisk's files are closed; `undefined` for one that never began. */
  readonly onEnded: (ended: Ended | undefined) => Promise<void>;
}

/** Takes a new form of a recording. Nobody is told of what has no type: it is only written down. */
export type RecordingWriter = (
  type: RecordingEventType | undefined,
  record: RecordingRecord,
  state?: () => WrittenRecordingState,
) => void;

export interface LeftRecording {
  readonly record: RecordingRecord;
  readonly state: RecordingState;
}

/** What ends a recording before its call: somebody, or one of its limits. */
const ended = new LifetimeEnded('the recording has ended');

/** When Asterisk stops recording by itself, how long the reason may take to be told: usually that the call has ended. */
const newsDelay = 1_000;

const mostSegments = 1_000;

/**
 * One recording of a call, or of all in a bridge, from its first sound to its last. Its end is the end of its scope, which is
 * within that of what it records.
 */
export class LiveRecording {
  readonly id: string;
  readonly subject: Call | RoomBridge;
  readonly #options: LiveRecordingOptions;
  readonly #scope: Scope;
  readonly #prefix: string;
  readonly #state = (): WrittenRecordingState => ({
    option: this.#options.wanted,
    prefix: this.#prefix,
    capture: this.#capture?.state ?? this.#options.left?.state.capture,
    silentSince: this.#silentSince,
    isStopped: this.#isStopped,
  });
  #capture: Capture | undefined;
  #limits: Limits | undefined;
  #record: RecordingRecord;
  #silentSince: number | undefined;
  #isStopped = false;
  /** Whether the store knows of it: nobody is shown one that has not begun. */
  #isWritten: boolean;
  /** The last of what is done one after the other: beginning, pausing, resuming. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LiveRecordingOptions) {
    const { id, subject, wanted, customerId, left } = options;
    this.#options = options;
    this.id = id;
    this.subject = subject;
    this.#scope = subject.scope.child();
    this.#prefix = left?.state.prefix ?? `${options.prefix}${id}-`;
    const reference_type = subject instanceof Call ? 'call' : 'confbridge';
    const reference = { id, customer_id: customerId, reference_type, reference_id: subject.id } as const;
    this.#record = left ? { ...left.record, tm_delete: neverTime } : begunRecording(reference, wanted);
    this.#isWritten = left !== undefined;
    this.#silentSince = left?.state.silentSince;
    this.#scope.defer(() => this.#over());
  }

  get record(): RecordingRecord {
    return this.#record;
  }

  /** Whether it has begun, after its beep. */
  get hasBegun(): boolean {
    return hasBegun(this.#record);
  }

  /** Prepares everything, so that `begin` takes no time. @throws ActionError `RECORDING_FAILED`; the scope's reason */
  async open(): Promise<void> {
    try {
      await this.#take(await Capture.open(this.subject, this.#captureOptions()));
    } catch (error) {
      await this.#scope.close(ended);
      throw error;
    }
  }

  /** The next start is to know that it is about to begin. */
  keep(): void {
    this.#isWritten = true;
    this.#tell();
  }

  /**
   * Goes on with one that was left behind, as soon as it is known what Asterisk has. Where it does not go on it is over: what there
   * is of it is kept. @throws ActionError `RECORDING_FAILED`, where it had not begun; the scope's reason
   */
  async goOn(whenCompared: Promise<void>): Promise<void> {
    const { signal } = this.#scope;
    const { state } = this.#options.left ?? {};
    if (!state) throw new Error('nothing is left of it');
    try {
      await orAbort(whenCompared, signal);
      const left = { state: state.capture, isPaused: this.#record.status === 'paused' };
      const capture = await Capture.goOn(this.subject, left, this.#captureOptions());
      if (!capture) return this.stop();
      await this.#take(capture);
      if (!this.hasBegun) return await this.begin();
      // The file was about to go on with another stream.
      if (this.#record.status === 'recording' && !capture.running) await this.#inTurn(() => capture.begin());
    } catch (error) {
      await this.#scope.close(ended);
      throw error;
    }
    this.#watch({ silentSince: state.silentSince });
  }

  /**
   * The caller hears a beep; one that cannot be played holds nothing up.
   * @throws the scope's reason; that of the call's hang-up: there is nothing left to record
   */
  async beep(): Promise<void> {
    const { signal } = this.#scope;
    const { subject } = this;
    if (!(subject instanceof Call)) return;
    try {
      using prompt = new Prompt(subject, { id: (kind, ...key) => subject.ari.id(kind, this.id, ...key) });
      await play(prompt, 'sound:beep', signal);
    } catch {
      signal.throwIfAborted();
    }
    subject.hangupSignal.throwIfAborted();
  }

  /** @throws ActionError `RECORDING_FAILED`; the scope's reason */
  async begin(): Promise<void> {
    const capture = this.#capture;
    if (!capture) throw new Error('not opened');
    try {
      await this.#inTurn(() => capture.begin());
      this.#scope.signal.throwIfAborted();
    } catch (error) {
      await this.#scope.close(ended);
      throw error;
    }
    this.#record = { ...this.#record, tm_start: wireTime(nowMicros()) };
    this.#isWritten = true;
    this.#tell('recording_created');
    this.#watch();
  }

  /** How much has been recorded, in milliseconds. */
  get elapsed(): number {
    return this.#capture?.elapsed ?? 0;
  }

  /** Ends it; its file is made then. */
  stop(by: RecordingEnd = 'stopped'): void {
    if (!this.#scope.signal.aborted) {
      this.#isStopped = true;
      this.#record = { ...this.#record, ended_by: by };
      this.#tell();
    }
    void this.#scope.close(ended);
  }

  /** @throws AriflowError `CONFLICT` where it does not record just now */
  async pause(): Promise<RecordingRecord> {
    const capture = this.#running('recording', 'it is not recording');
    if (capture.segments.length > mostSegments) throw new AriflowError('CONFLICT', 'paused too often');
    this.#update('paused');
    await this.#inTurn(() => capture.end());
    return this.#record;
  }

  /** @throws AriflowError `CONFLICT` where it is not paused, `UNAVAILABLE` where Asterisk does not go on */
  async resume(): Promise<RecordingRecord> {
    const capture = this.#running('paused', 'it is not paused');
    this.#record = { ...this.#record, status: 'recording' };
    try {
      await this.#inTurn(() => capture.begin());
    } catch (cause) {
      this.#record = { ...this.#record, status: 'paused' };
      throw new AriflowError('UNAVAILABLE', 'the recording cannot go on', { cause });
    }
    this.#update('recording');
    return this.#record;
  }

  #captureOptions(): CaptureOptions {
    const { wanted, discard } = this.#options;
    return {
      id: (kind, ...key) => this.subject.ari.id(kind, this.id, ...key),
      scope: this.#scope,
      prefix: this.#prefix,
      sides: sidesOf(wanted.channels),
      needsEar: wanted.end_of_silence > 0,
      discard,
      onChange: () => this.#tell(),
    };
  }

  async #take(capture: Capture): Promise<void> {
    await this.#listenForTalk(capture);
    this.#scope.signal.throwIfAborted();
    this.#keepHearing(capture);
    this.#capture = capture;
  }

  /** The file goes on with the stream: between what is recorded of either a moment is missing. */
  #keepHearing(capture: Capture): void {
    const { subject } = this;
    if (!(subject instanceof Call)) return;
    const renew: Listener['renew'] = async (meanwhile) => {
      const isRecording = capture.running !== undefined;
      await capture.end();
      await meanwhile(await capture.letGo());
      await capture.listen();
      await this.#listenForTalk(capture);
      if (isRecording) await capture.begin();
      if (this.hasBegun) this.#limits?.watchSilence();
    };
    const hearing = subject.incoming.keep({
      what: 'recording',
      renew: async (meanwhile) => {
        try {
          await this.#inTurn(() => renew(meanwhile));
        } catch (error) {
          if (this.hasBegun) this.#fail();
          throw error;
        }
      },
    });
    this.#scope.defer(() => hearing[Symbol.dispose]());
  }

  #running(status: RecordingRecord['status'], otherwise: string): Capture {
    const isRunning = this.hasBegun && !this.#scope.signal.aborted;
    if (!isRunning || this.#record.status !== status || !this.#capture)
      throw new AriflowError('CONFLICT', otherwise);
    return this.#capture;
  }

  /** Ends it when its time has come. */
  #watch(left?: { readonly silentSince: number | undefined }): void {
    const { subject } = this;
    const capture = this.#capture;
    if (!capture) return;
    this.#limits = new Limits({
      ...{ subject, capture, left, wanted: this.#options.wanted, scope: this.#scope },
      onSilence: (since) => this.#silent(since),
      onEnd: (by) => this.stop(by),
    });
    this.#limits.watch();
    this.#scope.spawn('broken', async (signal) => {
      await orAbort(capture.whenBroken, signal);
      await sleep(newsDelay, signal);
      if (subject instanceof Call && subject.hangupSignal.aborted) this.stop('hangup');
      else this.#fail();
    });
    this.#scope.spawn('health', async (signal) => {
      await untilNothingIsWritten(capture, this.#options.written, signal);
      this.#fail();
    });
  }

  async #listenForTalk(capture: Capture): Promise<void> {
    if (this.#options.wanted.end_of_silence > 0 && capture.ear)
      capture.talker = await listenForTalk(this.subject.ari, capture.ear, this.#scope.signal);
  }

  #silent(since: number | undefined): void {
    if (since === this.#silentSince) return;
    this.#silentSince = since;
    this.#tell();
  }

  #fail(): void {
    this.#record = { ...this.#record, reason: 'WRITE_FAILED' };
    this.stop('failed');
  }

  async #over(): Promise<void> {
    const capture = this.#capture;
    await this.#turn.catch(() => undefined);
    await capture?.end();
    if (!this.hasBegun) {
      if (this.#isWritten) this.#options.onChange(undefined, asNeverBegun(this.#record), this.#state);
      return this.#options.onEnded(undefined);
    }
    const ended_by = this.#record.ended_by || 'hangup';
    this.#record = { ...this.#record, ended_by, ...(capture && { tm_end: wireTime(nowMicros()) }) };
    await this.#options.onEnded({ record: this.#record, ...(capture && { segments: capture.segments }) });
  }

  #update(status: RecordingRecord['status']): void {
    this.#record = { ...this.#record, status, tm_update: wireTime(nowMicros()) };
    this.#tell('recording_updated');
  }

  #tell(type?: RecordingEventType): void {
    if (!this.#isWritten) return;
    this.#options.onChange(type, this.hasBegun ? this.#record : unbegun(this.#record), this.#state);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => undefined).then(work);
    this.#turn = turn;
    return turn;
  }
}
