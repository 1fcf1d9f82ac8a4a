import type { Page, PageRequest } from '../ports/page.ts';
import type { ReadStore, ReferenceFilter } from '../ports/read-store.ts';
import { fileNameOf, type RecordingRecord } from './recording-record.ts';

export interface RecordingFilter extends ReferenceFilter {
  /** Only those whose file is there. */
  readonly isDone?: boolean;
}

export interface RecordingStore extends ReadStore<RecordingRecord> {
  list(page: PageRequest, filter?: RecordingFilter): Promise<Page<RecordingRecord>>;
  /** Every one of a call, oldest first. */
  ofCall(callId: string): Promise<readonly RecordingRecord[]>;
  /** Of this instance, those that are not over. */
  unfinished(): Promise<readonly { readonly record: RecordingRecord }[]>;
  /** Whether this instance has written it, and has its file. */
  isOurs(id: string): Promise<boolean>;
  /** Of this instance, the oldest ones that are over and were made before this wire time, deleted ones too. */
  old(before: string, limit: number): Promise<readonly RecordingRecord[]>;
  /** Forgets them. */
  forget(ids: readonly string[]): Promise<void>;
}

/** What is stored of the files of a call, by the id of the recording. */
export async function filesOfCall(
  store: Pick<RecordingStore, 'ofCall'>,
  callId: string,
): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.ofCall(callId)).map((record) => [record.id, fileNameOf(record)]));
}
