import { Call } from '../calls/call.ts';
import type { Listener } from '../calls/incoming-stream.ts';
import { play } from '../calls/playback.ts';
import { Prompt } from '../calls/prompt.ts';
import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import { AriflowError, LifetimeEnded } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, sleep } from '../core/wait.ts';
import type { RecordingOption } from '../ports/recording-option.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import { Capture, type CaptureOptions } from './capture.ts';
import type { RecordingEventType, RecordingRecord } from './recording-record.ts';
import { listenForTalk, untilSilent } from './silence.ts';
import { type Segment, sidesOf } from './tracks.ts';

export interface LiveRecordingOptions {
  readonly id: string;
  readonly subject: Call | RoomBridge;
  readonly wanted: RecordingOption;
  readonly customerId: string;
  /** What the names of Asterisk's files begin with; the recording's id follows. */
  readonly prefix: string;
  readonly onChange: (type: RecordingEventType, record: RecordingRecord) => void;
  /** How much Asterisk has written of a segment, in bytes of its shortest file. */
  readonly written: (segment: Segment) => Promise<number>;
  /** Removes what Asterisk has written of a track that is not to be kept. */
  readonly discard: CaptureOptions['discard'];
  /** Nothing is recorded any more, and Asterisk's files are closed; `undefined` for one that never began. */
  readonly onEnded: (captured: Captured | undefined) => Promise<void>;
}

/** A recording whose file is to be made. */
export interface Captured {
  readonly record: RecordingRecord;
  readonly segments: readonly Segment[];
}

/** What ends a recording before its call: somebody, or one of its limits. */
const ended = new LifetimeEnded('the recording has ended');

/** A write that failed is told by nobody: this often the files are looked at, in milliseconds. Asterisk writes every two seconds. */
const lookInterval = 5_000;

/** When Asterisk stops recording by itself, how long the reason may take to be told: usually that the call has ended. */
const newsDelay = 1_000;

const mostSegments = 1_000;
const step = 20;

/**
 * One recording of a call, or of all in a bridge, from its first sound to its last. Its end is the end of its scope, which is
 * within that of what it records.
 */
export class LiveRecording {
  readonly id: string;
  readonly subject: Call | RoomBridge;
  readonly #options: LiveRecordingOptions;
  readonly #scope: Scope;
  #capture: Capture | undefined;
  #silence: Scope | undefined;
  #record: RecordingRecord;
  /** The last of what is done one after the other: beginning, pausing, resuming. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: LiveRecordingOptions) {
    const { subject, wanted, customerId } = options;
    this.#options = options;
    this.id = options.id;
    this.subject = subject;
    this.#scope = subject.scope.child();
    const now = wireTime(nowMicros());
    this.#record = {
      id: this.id,
      customer_id: customerId,
      reference_type: subject instanceof Call ? 'call' : 'confbridge',
      reference_id: subject.id,
      status: 'recording',
      format: wanted.format,
      tm_start: neverTime,
      tm_end: neverTime,
      tm_create: now,
      tm_update: now,
      tm_delete: neverTime,
      channels: wanted.channels,
      duration: 0,
      reason: '',
    };
  }

  get record(): RecordingRecord {
    return this.#record;
  }

  /** Whether it has begun, after its beep. */
  get hasBegun(): boolean {
    return this.#record.tm_start !== neverTime;
  }

  /** Prepares everything, so that `begin` takes no time. @throws ActionError `RECORDING_FAILED`; the scope's reason */
  async open(): Promise<void> {
    const { wanted, prefix, discard, onEnded } = this.#options;
    const { signal } = this.#scope;
    const needsEar = wanted.end_of_silence > 0;
    try {
      const capture = await Capture.open(this.subject, {
        id: (kind, ...key) => this.subject.ari.id(kind, this.id, ...key),
        scope: this.#scope,
        prefix: `${prefix}${this.id}-`,
        sides: sidesOf(wanted.channels),
        needsEar,
        discard,
      });
      await this.#listenForTalk(capture);
      signal.throwIfAborted();
      this.#keepHearing(capture);
      this.#capture = capture;
      this.#scope.defer(() => this.#captured(capture));
    } catch (error) {
      await this.#scope.close(ended);
      await onEnded(undefined);
      throw error;
    }
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
    this.#options.onChange('recording_created', this.#record);
    this.#watch(capture);
  }

  /** Ends it; its file is made then. */
  stop(): void {
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
      if (this.hasBegun) this.#watchSilence(capture);
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

  /** The same without the time on hold from now on: whoever holds is not silent, but away. */
  #unheld(elapsed: () => number): () => number {
    if (!(this.subject instanceof Call)) return elapsed;
    const { hold } = this.subject;
    const before = hold.spent;
    return () => elapsed() - (hold.spent - before);
  }

  /** Ends it when its time has come. */
  #watch(capture: Capture): void {
    const { duration, end_of_key } = this.#options.wanted;
    const elapsed = (): number => capture.elapsed;
    if (duration > 0) this.#endAfter('duration', (signal) => untilElapsed(duration * 1_000, elapsed, signal));
    this.#watchSilence(capture);
    const { subject } = this;
    if (end_of_key !== 'none' && subject instanceof Call)
      this.#endAfter('key', (signal) => untilKey(subject, end_of_key, signal));
    this.#scope.spawn('broken', async (signal) => {
      await orAbort(capture.whenBroken, signal);
      await sleep(newsDelay, signal);
      if (subject instanceof Call && subject.hangupSignal.aborted) this.stop();
      else this.#fail();
    });
    this.#scope.spawn('health', (signal) => this.#check(capture, signal));
  }

  async #listenForTalk({ ear }: Capture): Promise<void> {
    const isWanted = this.#options.wanted.end_of_silence > 0;
    if (isWanted && ear) await listenForTalk(this.subject.ari, ear, this.#scope.signal);
  }

  /** From now on, on the channel that hears the caller now. */
  #watchSilence(capture: Capture): void {
    const { ear, elapsed: since } = capture;
    const length = this.#options.wanted.end_of_silence * 1_000;
    if (length === 0 || !ear) return;
    void this.#silence?.close();
    this.#silence = this.#scope.child();
    this.#silence.spawn('silence', async (signal) => {
      const elapsed = this.#unheld(() => capture.elapsed - since);
      await untilSilent(ear, { length, elapsed }, signal);
      this.stop();
    });
  }

  /** Notices what nobody tells: that nothing is written any more. */
  async #check(capture: Capture, signal: AbortSignal): Promise<void> {
    let seen: Segment | undefined;
    let bytes = 0;
    for (;;) {
      await sleep(lookInterval, signal);
      const { running } = capture;
      const now = running ? await this.#options.written(running) : 0;
      // A pause in between is nothing to complain of.
      const isSame = running !== undefined && running === seen && running === capture.running;
      if (isSame && now <= bytes) return this.#fail();
      seen = running;
      bytes = now;
    }
  }

  #endAfter(name: string, wait: (signal: AbortSignal) => Promise<void>): void {
    this.#scope.spawn(name, async (signal) => {
      await wait(signal);
      this.stop();
    });
  }

  #fail(): void {
    this.#record = { ...this.#record, reason: 'WRITE_FAILED' };
    this.stop();
  }

  async #captured(capture: Capture): Promise<void> {
    await this.#turn.catch(() => undefined);
    await capture.end();
    this.#record = { ...this.#record, tm_end: wireTime(nowMicros()) };
    const { segments } = capture;
    await this.#options.onEnded(this.hasBegun ? { record: this.#record, segments } : undefined);
  }

  #update(status: RecordingRecord['status']): void {
    this.#record = { ...this.#record, status, tm_update: wireTime(nowMicros()) };
    this.#options.onChange('recording_updated', this.#record);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => undefined).then(work);
    this.#turn = turn;
    return turn;
  }
}

async function untilElapsed(length: number, elapsed: () => number, signal: AbortSignal): Promise<void> {
  for (let left = length; left > 0; left = length - elapsed()) await sleep(Math.max(step, left), signal);
}

async function untilKey(call: Call, key: 'any' | '*' | '#', signal: AbortSignal): Promise<void> {
  using pressed = call.expect('ChannelDtmfReceived', ({ digit }) => key === 'any' || digit === key, signal);
  await pressed.event;
}
