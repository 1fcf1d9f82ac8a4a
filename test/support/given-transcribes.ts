import type { Call } from '../../src/calls/call.ts';
import type { ReceiveAudio } from '../../src/calls/listening.ts';
import { neverTime, zeroId } from '../../src/core/clock.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { Recorder } from '../../src/news/recorder.ts';
import type { Recordings } from '../../src/recordings/recordings.ts';
import type { Store } from '../../src/storage/store.ts';
import type { TranscribeEventType, TranscribeRecord } from '../../src/transcribes/transcribe-record.ts';
import { type TranscribeState, transcribeState } from '../../src/transcribes/transcribe-state.ts';
import { Transcribes, type TranscribesOptions } from '../../src/transcribes/transcribes.ts';
import type { TranscriptEventType, TranscriptRecord } from '../../src/transcribes/transcript-record.ts';
import { FakeHearing } from './fake-hearing.ts';

export type TranscribeTold =
  | { readonly type: TranscribeEventType; readonly data: TranscribeRecord }
  | { readonly type: TranscriptEventType; readonly data: TranscriptRecord };

type Given = Pick<TranscribesOptions, 'receive' | 'recordings' | 'callOf' | 'scope'> &
  Partial<Pick<TranscribesOptions, 'concurrent' | 'log'>> & {
    readonly hearing?: FakeHearing;
    /** The life before this one, which was killed. */
    readonly before?: GivenTranscribes | undefined;
  };

/** Transcriptions that are heard by whom the test says, and stored nowhere. */
export class GivenTranscribes {
  readonly hearing: FakeHearing;
  /** Everything told of them, oldest first. */
  readonly told: TranscribeTold[] = [];
  /** The last state of each, by its id. */
  readonly states = new Map<string, TranscribeState>();
  /** What is stored of each, by its id: its latest form. */
  readonly rows = new Map<string, TranscribeRecord>();
  /** Ids of those of which all that was said was deleted. */
  readonly forgotten: string[] = [];
  readonly transcribes: Transcribes;
  #isDead = false;

  constructor({ hearing = new FakeHearing(), before, ...given }: Given) {
    this.hearing = hearing;
    this.told.push(...(before?.told ?? []));
    for (const [id, record] of before?.rows ?? []) this.rows.set(id, record);
    for (const [id, state] of before?.states ?? []) this.states.set(id, state);
    this.transcribes = new Transcribes({
      hearing,
      find: async (id) => this.records.findLast((record) => record.id === id),
      forget: async (id) => void this.forgotten.push(id),
      customerId: zeroId,
      concurrent: 100,
      log: silentLog,
      news: {
        changed: (data, state, type) => {
          if (this.#isDead) return;
          this.rows.set(data.id, data);
          this.states.set(data.id, state);
          if (type) this.told.push({ type, data });
        },
        said: (data) => this.#tell({ type: 'transcript_created', data }),
        saying: (data) => this.#tell({ type: 'transcript_interim', data }),
      },
      ...given,
    });
  }

  /** Nothing of it reaches anybody any more. */
  die(): void {
    this.#isDead = true;
  }

  /** What is stored of those that are not over. */
  get left() {
    return [...this.rows.values()]
      .filter(({ status }) => status === 'progressing')
      .map((record) => ({ record, state: transcribeState.parse(this.states.get(record.id)) }));
  }

  #tell(told: TranscribeTold): void {
    if (!this.#isDead) this.told.push(told);
  }

  get types(): readonly string[] {
    return this.told.map(({ type }) => type);
  }

  /** The forms of transcriptions, oldest first. */
  get records(): readonly TranscribeRecord[] {
    return this.told.flatMap(({ data }) => ('status' in data ? [data] : []));
  }

  /** What was said, in order. */
  get said(): readonly TranscriptRecord[] {
    return this.told.flatMap((told) => (told.type === 'transcript_created' ? [told.data] : []));
  }
}

/** Transcriptions on a store, without a call to be heard. */
export function storeTranscribes(
  store: Store,
  given: {
    readonly recorder: Recorder;
    readonly recordings: Recordings;
    readonly scope: Scope;
    readonly log: Log;
    readonly hearing?: FakeHearing;
    readonly callOf?: (id: string) => Call | undefined;
    readonly receive?: ReceiveAudio;
  },
): Transcribes {
  const { recorder, recordings, scope, log, hearing = new FakeHearing() } = given;
  const { callOf = () => undefined, receive = () => new Promise(() => undefined) } = given;
  return new Transcribes({
    ...{ hearing, recordings, scope, log, callOf, receive },
    find: async (id) => recorder.latest('transcribes', id)?.record ?? store.transcribes.get(id),
    forget: (id) => store.transcripts.forget(id),
    customerId: zeroId,
    concurrent: 100,
    news: {
      changed: (record, state, type) =>
        recorder.record({
          live: { kind: 'transcribes', record, state },
          event: type && { event: { type, data: record }, lane: record.reference_id },
        }),
      said: (record) => recorder.record({ live: { kind: 'transcripts', record } }),
      saying: () => undefined,
    },
  });
}

export function givenTranscribe(fields: Partial<TranscribeRecord> = {}): TranscribeRecord {
  return {
    id: 'transcribe',
    customer_id: zeroId,
    reference_type: 'call',
    reference_id: 'call',
    status: 'progressing',
    language: 'en-US',
    direction: 'both',
    provider: 'gcp',
    tm_create: '2022-04-11 00:23:54.724620',
    tm_update: '2022-04-11 00:23:54.724620',
    tm_delete: neverTime,
    reason: '',
    gaps: [],
    ...fields,
  };
}

export function givenTranscript(fields: Partial<TranscriptRecord> = {}): TranscriptRecord {
  return {
    id: 'transcript',
    customer_id: zeroId,
    transcribe_id: 'transcribe',
    direction: 'in',
    message: 'hello there',
    tm_transcript: '0001-01-01 00:00:04.211000',
    tm_create: '2022-04-11 00:23:58.724620',
    reference_type: 'call',
    reference_id: 'call',
    start: 4_211,
    end: 5_090,
    confidence: 0.9,
    ...fields,
  };
}
