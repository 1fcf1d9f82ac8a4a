import type { Ari } from '../ari/ari.ts';
import type { Finishing } from './finishing.ts';
import type { RecordingWriter } from './live-recording.ts';
import type { RecordingFiles } from './recording-files.ts';
import type { RecordingRecord } from './recording-record.ts';
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
    | 'removeDrafts'
    | 'bytes'
    | 'allBytes'
  >;
  readonly finishing: Pick<Finishing, 'finish' | 'recover' | 'retry' | 'settled' | 'close'>;
  readonly store: Pick<RecordingStore, 'ofCall' | 'unfinished' | 'isOurs' | 'old' | 'forget'>;
  /** The latest form of a recording, stored or not. */
  readonly find: (id: string) => Promise<RecordingRecord | undefined>;
  readonly customerId: string;
  readonly onChange: RecordingWriter;
  /** One that a daemon which died has left does not go on: what there is of it is kept. */
  readonly onLost: (record: RecordingRecord, error: unknown) => void;
  /** Resolves when every change told so far is stored. */
  readonly stored: (signal?: AbortSignal) => Promise<void>;
}
