import type { Log } from '../core/log.ts';
import type { Kind } from '../news/kinds.ts';
import type { Stored } from '../news/live.ts';
import type { LiveStores } from './store.ts';

/** What a daemon that died has left of a kind. Where the state of one cannot be read, that is logged, and the record is there. */
export async function leftBehind<K extends Kind>(
  store: LiveStores,
  kind: K,
  log: Pick<Log, 'warn'>,
): Promise<readonly Stored<K>[]> {
  const left = await store[kind].unfinished();
  for (const { record, state } of left)
    if (state === undefined) log.warn({ kind, id: record.id }, 'state_not_read');
  return left;
}
