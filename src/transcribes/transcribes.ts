import type { Call } from '../calls/call.ts';
import type { ReceiveAudio } from '../calls/listening.ts';
import { neverTime } from '../core/clock.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import { Groups } from '../core/groups.ts';
import type { Log } from '../core/log.ts';
import { randomUuid } from '../core/random.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { HearingPort } from '../ports/hearing.ts';
import type { TranscribeOption } from '../ports/transcribe-option.ts';
import type { TranscribesPort } from '../ports/transcribes.ts';
import { hasFile, isOver, type RecordingRecord } from '../recordings/recording-record.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { LiveTranscription } from './live-transcription.ts';
import { directionsOf } from './recorded-transcription.ts';
import { RecordingLine } from './recording-line.ts';
import { SteadyAudio, type Steadying } from './steady-audio.ts';
import { begunTranscribe, deletedTranscribe, type TranscribeRecord } from './transcribe-record.ts';
import { type TranscribeState, transcribeState } from './transcribe-state.ts';
import { type TranscribeNews, Transcription } from './transcription.ts';

export interface TranscribesOptions {
  readonly hearing: HearingPort;
  readonly receive: ReceiveAudio;
  /** What is heard where no audio comes; silence, unless given. */
  readonly steadied?: Steadying;
  readonly recordings: Pick<Recordings, 'ofCall' | 'whenOver' | 'file' | 'get'>;
  /** A call that lives. */
  readonly callOf: (id: string) => Call | undefined;
  /** The latest form of a transcription, stored or not. */
  readonly find: (id: string) => Promise<TranscribeRecord | undefined>;
  /** Deletes all that was said in a transcription. */
  readonly forget: (id: string) => Promise<void>;
  readonly customerId: string;
  /** How many transcriptions of calls there may be at once. */
  readonly concurrent: number;
  readonly news: TranscribeNews;
  readonly log: Log;
  /** Its end leaves the recordings that are being heard to the next start. */
  readonly scope: Scope;
}

/** What a daemon that died has left of one; without its state where that cannot be read. */
export interface LeftTranscribe {
  readonly record: TranscribeRecord;
  readonly state: TranscribeState | undefined;
}

/** What is to be transcribed, as REST takes it. */
export type WantedTranscribe = TranscribeOption & Reference;

const withSilence: Steadying = (...audio) => new SteadyAudio(...audio);

const nothing: TranscribeState = transcribeState.parse({});

/** Every transcription there is: those of calls, and those of recordings. */
export class Transcribes implements TranscribesPort {
  readonly #options: TranscribesOptions;
  readonly #live = new Map<string, LiveTranscription>();
  readonly #byCall = new Groups<Call, LiveTranscription>();
  readonly #line: RecordingLine;

  constructor(options: TranscribesOptions) {
    this.#options = options;
    this.#line = new RecordingLine(options);
  }

  /** How many calls are being transcribed. */
  get size(): number {
    return this.#live.size;
  }

  async start(call: Call, wanted: TranscribeOption, id: string): Promise<TranscribeRecord> {
    const known = this.#live.get(id);
    if (known) {
      await known.open();
      return known.transcription.record;
    }
    const directions = sidesOfCall(wanted);
    const isHeard = ({ isListening, directions: others }: LiveTranscription): boolean =>
      isListening && others.some((direction) => directions.includes(direction));
    if (this.#byCall.of(call).some(isHeard)) throw already('the call is being transcribed already');
    if (this.#live.size >= this.#options.concurrent)
      throw new ActionError('TOO_MANY_TRANSCRIPTIONS', 'too many calls are being transcribed');
    const transcription = this.#begun(id, { reference_type: 'call', reference_id: call.id }, wanted);
    transcription.keep();
    await this.#add(call, directions, transcription).open();
    return transcription.record;
  }

  #add(call: Call, directions: readonly ('in' | 'out')[], transcription: Transcription): LiveTranscription {
    const { receive, steadied = withSilence } = this.#options;
    const { id } = transcription.record;
    const live = new LiveTranscription({ call, directions, transcription, receive, steadied });
    this.#live.set(id, live);
    this.#byCall.add(call, live);
    void transcription.whenOver.then(() => {
      this.#live.delete(id);
      this.#byCall.delete(call, live);
    });
    return live;
  }

  stop(call: Call, id: string): void {
    for (const live of this.#byCall.of(call))
      if (id === '' || live.transcription.record.id === id) live.stop();
  }

  readonly ofRecordings: TranscribesPort['ofRecordings'] = async (call, wanted, { idFor, signal }) => {
    const all = await this.#options.recordings.ofCall(call.id, signal);
    const heard = all.filter(
      (recording) => (hasFile(recording) || !isOver(recording)) && isIn(recording, wanted),
    );
    if (heard.length > 0) this.#expectHearer(wanted);
    const left = heard.filter((recording) => !this.#line.isHeard(recording, wantedOf(wanted)));
    if (heard.length > 0 && left.length === 0) throw already('the recordings are being transcribed already');
    return left.map((recording) => this.#ofRecording(recording, wanted, idFor(recording.id)));
  };

  /** Begins to transcribe a call that lives, or a recording. @throws AriflowError, ActionError, LifetimeEnded */
  async create({ reference_type, reference_id, ...wanted }: WantedTranscribe): Promise<TranscribeRecord> {
    if (reference_type === 'call') return this.start(this.#answered(reference_id), wanted, randomUuid());
    const recording = await this.#options.recordings.get(reference_id).catch(() => undefined);
    if (!recording || (isOver(recording) && !hasFile(recording)))
      throw refused('INVALID_ARGUMENT', 'there is no such recording');
    if (!isIn(recording, wanted))
      throw refused('INVALID_ARGUMENT', 'the recording does not have it', 'direction');
    this.#expectHearer(wanted);
    if (this.#line.isHeard(recording, wantedOf(wanted)))
      throw already('the recording is being transcribed already');
    return this.#ofRecording(recording, wanted, randomUuid());
  }

  /** @throws AriflowError `NOT_FOUND` */
  async get(id: string): Promise<TranscribeRecord> {
    const record = await this.#options.find(id);
    if (record?.tm_delete !== neverTime) throw new AriflowError('NOT_FOUND', 'no such transcribe');
    return record;
  }

  /** Ends one, what was said until now is still told; one that is over is answered as it is. @throws AriflowError `NOT_FOUND` */
  async end(id: string): Promise<TranscribeRecord> {
    this.#live.get(id)?.stop();
    void this.#line.get(id)?.end();
    return this.get(id);
  }

  /** Deletes one that is over, and all that was said in it. @throws AriflowError `NOT_FOUND`; `CONFLICT` where it is not over */
  async delete(id: string): Promise<TranscribeRecord> {
    if ((await this.get(id)).status === 'progressing')
      throw new AriflowError('CONFLICT', 'the transcribe is not over');
    await this.#options.forget(id);
    const deleted = deletedTranscribe(await this.get(id));
    this.#options.news.changed(deleted, nothing, 'transcribe_deleted');
    return deleted;
  }

  /** Goes on with the recordings that a daemon that died was hearing, and with the calls that live on; the rest is over. */
  async takeUp(
    left: readonly LeftTranscribe[],
    { whenCompared }: { readonly whenCompared: Promise<void> },
  ): Promise<void> {
    for (const { record, state = nothing } of left) {
      const isAnnounced = record.tm_delete === neverTime;
      const transcription = this.#make({ ...record, tm_delete: neverTime }, state);
      transcription.goOn({ isAnnounced });
      if (record.reference_type === 'recording') this.#line.add(transcription);
      else await this.#goOn(transcription, state, whenCompared);
    }
  }

  async #goOn(
    transcription: Transcription,
    state: TranscribeState,
    whenCompared: Promise<void>,
  ): Promise<void> {
    const { record } = transcription;
    const call = this.#options.callOf(record.reference_id);
    const isKnown = state.began !== undefined || !transcription.isAnnounced;
    if (!call || !isKnown || state.isEnding) return transcription.end('LOST');
    const live = this.#add(call, sidesOfCall(record), transcription);
    live.open(whenCompared).catch(() => undefined); // that is told by its end
  }

  /** When all calls have ended: waits for their last words, at most so long. */
  async close(ms: number): Promise<void> {
    await within(
      Promise.all([...this.#live.values()].map(({ transcription }) => transcription.whenOver)),
      ms,
    );
  }

  /** @throws AriflowError `CONFLICT` */
  #answered(callId: string): Call {
    const call = this.#options.callOf(callId);
    if (!call || call.hangupSignal.aborted) throw refused('CONFLICT', 'the call has ended');
    if (!call.isUp) throw refused('CONFLICT', 'the call is not answered');
    if (call.whereabouts.isElsewhere) throw refused('CONFLICT', 'the call is in the dialplan of Asterisk');
    return call;
  }

  #ofRecording(recording: RecordingRecord, wanted: TranscribeOption, id: string): TranscribeRecord {
    this.#line.expectRoom();
    const reference = { reference_type: 'recording', reference_id: recording.id } as const;
    const transcription = this.#begun(id, reference, wanted);
    transcription.announce();
    this.#line.add(transcription);
    return transcription.record;
  }

  /** What would only be found out when its turn comes. @throws ActionError as `HearingPort.open` */
  #expectHearer({ language, provider, hints }: TranscribeOption): void {
    const request = { language, provider: provider || undefined, hints: phrasesOf(hints) };
    const problem = this.#options.hearing.problemOf(request);
    if (problem) throw problem;
  }

  #begun(id: string, reference: Reference, wanted: TranscribeOption): Transcription {
    const record = begunTranscribe({ id, customer_id: this.#options.customerId, ...reference }, wanted);
    const hints = [...phrasesOf(wanted.hints)];
    return this.#make(record, { ...nothing, hints, provider: wanted.provider || undefined });
  }

  #make(record: TranscribeRecord, state: TranscribeState): Transcription {
    const { hearing, news, log, scope } = this.#options;
    return new Transcription({ record, state, hearing, news, log, scope });
  }
}

type Reference = Pick<TranscribeRecord, 'reference_type' | 'reference_id'>;

/** A placeholder without a value is no phrase. */
function phrasesOf(hints: readonly string[]): readonly string[] {
  return hints.filter((hint) => hint.trim() !== '');
}

function sidesOfCall({ direction }: Pick<TranscribeOption, 'direction'>): readonly ('in' | 'out')[] {
  return direction === 'in' || direction === 'out' ? [direction] : ['in', 'out'];
}

function wantedOf({ direction }: TranscribeOption): Pick<TranscribeRecord, 'direction'> {
  return { direction: direction || 'both' };
}

function isIn(recording: RecordingRecord, wanted: TranscribeOption): boolean {
  return directionsOf(recording, wantedOf(wanted)).length > 0;
}

function already(message: string): ActionError {
  return new ActionError('ALREADY_TRANSCRIBING', message);
}

function refused(reason: 'INVALID_ARGUMENT' | 'CONFLICT', message: string, path = 'reference_id') {
  return new AriflowError(reason, `${path}: ${message}`, { details: [{ path, message }] });
}
