import type { Log } from '../core/log.ts';
import type { Completion } from '../flows/completion.ts';
import type { Kind } from '../news/kinds.ts';
import type { Stored } from '../news/live.ts';
import type { Taken } from './daemon-store.ts';
import type { LiveStores, Store } from './store.ts';

/** The rows of what daemons that died have left behind. */
export interface LeftRows {
  of<K extends Kind>(kind: K): Promise<readonly Stored<K>[]>;
  /** The agents who were held. */
  agents(): Promise<readonly string[]>;
  /** Flows that are to run. */
  completions(): Promise<readonly Completion[]>;
}

/** What an earlier run of this daemon has left. */
export function ownRows(
  store: LiveStores & Pick<Store, 'agents' | 'completions'>,
  log: Pick<Log, 'warn'>,
): LeftRows {
  return {
    of: (kind) => leftBehind(store, kind, log),
    agents: () => store.agents.held(),
    completions: () => store.completions.due(),
  };
}

/** What another daemon has left. */
export function takenRows({ live, agents, completions }: Taken, log: Pick<Log, 'warn'>): LeftRows {
  const all: { readonly [K in Kind]?: readonly Stored<K>[] } = live;
  return {
    of: async <K extends Kind>(kind: K): Promise<readonly Stored<K>[]> => {
      const left: readonly Stored<K>[] = all[kind] ?? [];
      return told(left, kind, log);
    },
    agents: async () => agents,
    completions: async () => completions,
  };
}

/** What a daemon that died has left of a kind. Where the state of one cannot be read, that is logged, and the record is there. */
export async function leftBehind<K extends Kind>(
  store: LiveStores,
  kind: K,
  log: Pick<Log, 'warn'>,
): Promise<readonly Stored<K>[]> {
  return told(await store[kind].unfinished(), kind, log);
}

function told<K extends Kind>(
  left: readonly Stored<K>[],
  kind: K,
  log: Pick<Log, 'warn'>,
): readonly Stored<K>[] {
  for (const { record, state } of left)
    if (state === undefined) log.warn({ kind, id: record.id }, 'state_not_read');
  return left;
}
