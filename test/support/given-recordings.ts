import { join } from 'node:path';
import type { Ari } from '../../src/ari/ari.ts';
import { neverTime, now, nowMicros, wireTime, zeroId } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import type { Recorder } from '../../src/news/recorder.ts';
import type { Captured } from '../../src/recordings/captured.ts';
import { Finishing } from '../../src/recordings/finishing.ts';
import type { RecordingWriter } from '../../src/recordings/live-recording.ts';
import { RecordingFiles } from '../../src/recordings/recording-files.ts';
import {
  isOver,
  type RecordingEventType,
  type RecordingRecord,
} from '../../src/recordings/recording-record.ts';
import { recordingState, type WrittenRecordingState } from '../../src/recordings/recording-state.ts';
import { Recordings } from '../../src/recordings/recordings.ts';
import { Takes } from '../../src/recordings/takes.ts';
import type { Store } from '../../src/storage/store.ts';
import { FakeAri } from './fake-ari.ts';

/** Recordings without files: what Asterisk is asked for is real, what is made of it is not. */
export class GivenRecordings {
  readonly recordings: Recordings;
  /** Everything told of recordings, oldest first. */
  readonly told: { readonly type: RecordingEventType; readonly data: RecordingRecord }[] = [];
  /** What is stored of each, by its id: its latest form. */
  readonly rows = new Map<string, RecordingRow>();
  /** Those that a start could not go on with. */
  readonly lost: RecordingRecord[] = [];
  /** Those whose files were to be made. */
  readonly captured: Captured[] = [];
  /** Ids of those whose files of Asterisk's were removed without. */
  readonly dropped: string[] = [];
  /** Ids of those whose file was deleted. */
  readonly deleted: string[] = [];
  /** Names of Asterisk's files that were removed while the recording went on. */
  readonly discarded: string[] = [];
  /** Ids of those for which Asterisk's files are there. */
  readonly unmade: string[] = [];
  /** Those whose files a start was to try again to make. */
  readonly retried: RecordingRecord[] = [];
  /** Ids of those whose files are with another daemon. */
  readonly elsewhere = new Set<string>();
  /** Those whose files a start was to look after. */
  readonly recovered: RecordingRecord[] = [];
  /** The ids whose files of Asterisk's a start left alone. */
  kept: ReadonlySet<string> | undefined;
  /** Whether files are made of what was recorded. */
  makesFiles = false;
  /** Whether Asterisk's files grow. */
  isWriting = true;
  readonly takes: Takes;
  /** By id: when it began. */
  readonly #began = new Map<string, number>();
  #bytes = 0;
  #isDead = false;

  /** With what was told and stored when the life before was killed. */
  constructor(ari: Ari, before?: GivenRecordings) {
    this.told.push(...(before?.told ?? []));
    this.makesFiles = before?.makesFiles ?? false;
    this.captured.push(...(before?.captured ?? []));
    this.recovered.push(...(before?.recovered ?? []));
    for (const [id, row] of before?.rows ?? []) this.rows.set(id, row);
    for (const [id, time] of before ? before.#began : []) this.#began.set(id, time);
    const latest = () => new Map(this.told.map(({ data }) => [data.id, data]));
    const all = () => [...latest().values()].filter(({ tm_delete }) => tm_delete === neverTime);
    this.recordings = new Recordings({
      ari,
      customerId: zeroId,
      onChange: (type, data, state = () => ({})) => {
        if (this.#isDead) return;
        this.rows.set(data.id, { record: data, state });
        if (type === 'recording_created') this.#began.set(data.id, now());
        if (type) this.told.push({ type, data });
      },
      onLost: (record) => void this.lost.push(record),
      stored: async () => undefined,
      find: async (id) => latest().get(id),
      store: {
        ofCall: async (id) => all().filter(({ reference_id }) => reference_id === id),
        unfinished: async () => this.left,
        old: async (before, limit) =>
          all()
            .filter(({ tm_create }) => tm_create < before)
            .slice(0, limit),
        forget: async () => undefined,
        isOurs: async (id) => !this.elsewhere.has(id),
      },
      files: {
        prefix: 'ariflow-recording-here-',
        path: ({ id, format }) => `/recordings/${id}.${format}`,
        written: async () => (this.isWriting ? ++this.#bytes : this.#bytes),
        discard: async ({ name }) => void this.discarded.push(name),
        left: async () => this.unmade,
        removeRaw: async (id) => void this.dropped.push(id),
        remove: async ({ id }) => void this.deleted.push(id),
        bytes: async () => 0,
        allBytes: async () => 0,
        sweep: async (keep) => {
          this.kept = keep;
        },
        removeDrafts: async () => undefined,
      },
      finishing: {
        finish: (captured) => {
          if (this.#isDead) return;
          this.captured.push(captured);
          this.#make(captured.record, captured.least);
        },
        recover: (record, _ari, bounds) => {
          this.recovered.push(record);
          this.#make(record, bounds?.least);
        },
        retry: (record) => void this.retried.push(record),
        settled: async () => undefined,
        close: async () => undefined,
      },
    });
    this.takes = new Takes({
      recordings: this.recordings,
      known: async (id) => this.rows.get(id)?.record,
      playable: { media: async (id) => `sound:played/${id}` },
      links: { to: (id) => `https://calls.example/r/${id}` },
    });
  }

  /** At once, of as much as has been recorded by now. */
  #make(record: RecordingRecord, least = 0): void {
    if (!this.makesFiles) return;
    const duration = Math.round(now() - (this.#began.get(record.id) ?? now()));
    const end = wireTime(nowMicros());
    const isShort = duration < least;
    const tm_delete = isShort ? end : neverTime;
    const made: RecordingRecord = {
      ...record,
      status: 'done',
      duration,
      tm_end: end,
      tm_update: end,
      tm_delete,
    };
    this.rows.set(record.id, { record: made, state: () => ({}) });
    this.told.push({ type: isShort ? 'recording_deleted' : 'recording_updated', data: made });
  }

  /** Nothing of it reaches anybody any more. */
  die(): void {
    this.#isDead = true;
    for (const [id, { record, state }] of this.rows) {
      const written = JSON.parse(JSON.stringify(state()));
      this.rows.set(id, { record, state: () => written });
    }
  }

  /** What is stored of those that are not over; of those that a test has told of there is no state. */
  get left() {
    const latest = new Map(this.told.map(({ data }) => [data.id, data]));
    const rows = [...latest.values()].map(
      (record) => this.rows.get(record.id) ?? { record, state: () => ({}) },
    );
    const untold = [...this.rows.values()].filter(({ record }) => !latest.has(record.id));
    return [...rows, ...untold]
      .filter(({ record }) => !isOver(record) && !this.#isMade(record) && !this.elsewhere.has(record.id))
      .map(({ record, state }) => ({ record, state: recordingState.parse(state()) }));
  }

  #isMade({ id }: RecordingRecord): boolean {
    return this.captured.some(({ record }) => record.id === id);
  }
}

interface RecordingRow {
  readonly record: RecordingRecord;
  readonly state: () => WrittenRecordingState;
}

/** Recordings on a store and in a folder, without an Asterisk to make more. */
export function recordingsIn(folder: string, store: Store, recorder: Recorder): Recordings {
  const places = { raw: join(folder, 'raw'), finished: join(folder, 'recordings'), prefix: 'here-' };
  const files = new RecordingFiles(places);
  const onChange: RecordingWriter = (type, record, state) =>
    recorder.record({
      live: { kind: 'recordings', record, ...(state && { state }) },
      event: type && { event: { type, data: record }, lane: record.reference_id },
    });
  const stored = (signal?: AbortSignal): Promise<void> => recorder.flush(signal);
  return new Recordings({
    ari: new FakeAri().ari,
    customerId: zeroId,
    files,
    finishing: new Finishing({
      files,
      log: silentLog,
      scope: new Scope(() => undefined),
      stored,
      onOver: (record) => onChange('recording_updated', record),
    }),
    store: store.recordings,
    find: async (id) => recorder.latest('recordings', id)?.record ?? store.recordings.get(id),
    onLost: () => undefined,
    onChange,
    stored,
  });
}
