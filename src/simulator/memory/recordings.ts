import type { Ari } from '../../ari/ari.ts';
import { neverTime, now, nowMicros, wireTime, zeroId } from '../../core/clock.ts';
import type { TakesPort } from '../../ports/takes.ts';
import type { RecordingEventType, RecordingRecord } from '../../recordings/recording-record.ts';
import { Recordings } from '../../recordings/recordings.ts';
import { Takes } from '../../recordings/takes.ts';

export interface MemoryRecordingsOptions {
  readonly ari: Ari;
  readonly tell: (type: RecordingEventType, record: RecordingRecord) => void;
  /** Told while a flow waits for one. */
  readonly taking: <T>(take: Promise<T>) => Promise<T>;
}

/** Recordings as the daemon has them, without files: each is as long as it took. */
export class MemoryRecordings {
  readonly recordings: Recordings;
  readonly takes: TakesPort;
  readonly #options: MemoryRecordingsOptions;
  readonly #rows = new Map<string, RecordingRecord>();
  /** By id: when it began. */
  readonly #began = new Map<string, number>();
  /** How much Asterisk has written: it always goes on. */
  #bytes = 0;

  constructor(options: MemoryRecordingsOptions) {
    this.#options = options;
    const live = () => [...this.#rows.values()].filter(({ tm_delete }) => tm_delete === neverTime);
    this.recordings = new Recordings({
      ari: options.ari,
      customerId: zeroId,
      onChange: (type, record) => this.#write(type, record),
      onLost: () => undefined,
      stored: async () => undefined,
      find: async (id) => this.#rows.get(id),
      store: {
        ofCall: async (id) => live().filter(({ reference_id }) => reference_id === id),
        unfinished: async () => [],
        old: async () => [],
        forget: async () => undefined,
        isOurs: async () => true,
      },
      files: {
        prefix: 'ariflow-recording-simulated-',
        path: ({ id, format }) => `/recordings/${id}.${format}`,
        written: async () => ++this.#bytes,
        discard: async () => undefined,
        left: async () => [],
        removeRaw: async () => undefined,
        remove: async () => undefined,
        bytes: async () => 0,
        allBytes: async () => 0,
        sweep: async () => undefined,
        removeDrafts: async () => undefined,
      },
      finishing: {
        finish: ({ record, least }) => this.#finish(record, least),
        recover: (record, _ari, bounds) => this.#finish(record, bounds?.least),
        retry: () => undefined,
        settled: async () => undefined,
        close: async () => undefined,
      },
    });
    const takes = new Takes({
      recordings: this.recordings,
      known: async (id) => this.#rows.get(id),
      playable: { media: async (id) => `sound:/recordings/${id}` },
      links: { to: (id) => `https://ariflow.example/recordings/${id}` },
    });
    this.takes = {
      take: (...wanted) => options.taking(takes.take(...wanted)),
      cutOff: (...of) => takes.cutOff(...of),
      drop: (id) => takes.drop(id),
      media: (...of) => takes.media(...of),
      linkTo: (id) => takes.linkTo(id),
    };
  }

  /** How long one is, in milliseconds. */
  lengthOf(id: string): number {
    return this.#rows.get(id)?.duration ?? 0;
  }

  #write(type: RecordingEventType | undefined, record: RecordingRecord): void {
    this.#rows.set(record.id, record);
    if (type === 'recording_created') this.#began.set(record.id, now());
    if (type) this.#options.tell(type, record);
  }

  /** The file is there at once. */
  #finish(record: RecordingRecord, least = 0): void {
    const duration = Math.round(now() - (this.#began.get(record.id) ?? now()));
    const end = wireTime(nowMicros());
    const isShort = duration < least;
    this.#write(isShort ? 'recording_deleted' : 'recording_updated', {
      ...record,
      status: 'done',
      duration,
      tm_end: end,
      tm_update: end,
      tm_delete: isShort ? end : neverTime,
    });
  }
}
