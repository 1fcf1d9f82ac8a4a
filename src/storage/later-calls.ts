import type { Kysely } from 'kysely';
import { millisOf, wireTime } from '../core/clock.ts';
import { wordsOf } from '../core/words.ts';
import type { LaterCallRecord, LaterCallStore, StoredRequest } from '../ports/later-requests.ts';
import type { LaterCall } from '../ports/outgoing.ts';
import { pageOfParties } from './by-number.ts';
import { laterRequestStore } from './later-requests.ts';
import { RecordTable, type TableShape } from './record-table.ts';
import { openEnded, within } from './span.ts';
import type { Tables } from './tables.ts';

const shape: TableShape<StoredRequest> = {
  table: 'later_calls',
  columns: (stored) => {
    const { source, destination, flowId } = callIn(stored);
    return { source: source.target, destination: destination.target, flow_id: flowId };
  },
  words: (stored) => {
    const { source, destination } = callIn(stored);
    return wordsOf(source.target, source.target_name, destination.target, destination.target_name);
  },
};

/** Calls to be made, which are looked for while they wait. */
export function laterCallStore(database: Kysely<Tables>): LaterCallStore {
  const records = new RecordTable(database, shape);
  const { insertAll, claim, delete: deleted } = laterRequestStore(database, shape);
  return {
    insertAll,
    claim,
    delete: deleted,
    async get(id) {
      const stored = await records.first(records.select().where('id', '=', id));
      return stored && shown(stored);
    },
    async list(page, { flow_id, number, search, ...span } = {}) {
      const all = within(records.select(), openEnded(span, page));
      const query = flow_id === undefined ? all : all.where('flow_id', '=', flow_id);
      const { result, next } = await pageOfParties(records, query, { number, search }, page);
      return { result: result.map(shown), next };
    },
  };
}

function shown(stored: StoredRequest): LaterCallRecord {
  const { id, source, destination, flowId, callerName = '', delayMinutes } = callIn(stored);
  const due = millisOf(stored.tm_create) + delayMinutes * 60_000;
  return {
    ...{ id, flow_id: flowId, source, destination, caller_id_name: callerName },
    ...{ tm_create: stored.tm_create, tm_due: wireTime(due * 1_000) },
  };
}

/** Written by `LaterCalls`. */
function callIn({ work }: StoredRequest): LaterCall {
  return JSON.parse(work) as LaterCall;
}
