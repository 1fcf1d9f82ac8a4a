import { nowMicros, wireTime } from '../core/clock.ts';
import type { RecordingRecord } from './recording-record.ts';
import type { RecordingsOptions } from './recordings-options.ts';

type Kept = Pick<RecordingsOptions, 'store' | 'files'>;

/** Deletes the oldest that are over, were made before a time (milliseconds since 1970); answers how many. */
export async function deleteOld({ store, files }: Kept, before: number, limit: number): Promise<number> {
  const old = await store.old(wireTime(before * 1_000), limit);
  for (const record of old) await removeFiles(files, record);
  if (old.length > 0) await store.forget(old.map(({ id }) => id));
  return old.length;
}

/** Deletes the oldest that are over where their files are over so many bytes together; answers how many. */
export async function deleteTooMuch({ store, files }: Kept, most: number, limit: number): Promise<number> {
  let excess = (await files.allBytes()) - most;
  if (excess <= 0) return 0;
  const gone: string[] = [];
  for (const record of await store.old(wireTime(nowMicros()), limit)) {
    if (excess <= 0) break;
    excess -= await files.bytes(record);
    await removeFiles(files, record);
    gone.push(record.id);
  }
  if (gone.length > 0) await store.forget(gone);
  return gone.length;
}

/** Its own, and what Asterisk has written of it. */
export async function removeFiles(
  files: Pick<Kept['files'], 'remove' | 'removeRaw'>,
  record: RecordingRecord,
): Promise<void> {
  await files.remove(record);
  await files.removeRaw(record.id);
}
