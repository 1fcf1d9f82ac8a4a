import { type Kysely, sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import type { Place } from './page-token.ts';
import { RecordTable } from './record-table.ts';
import type { Tables } from './tables.ts';

/** Fields that hold the id of a flow, or none. */
export const flowFields = {
  numbers: ['call_flow_id', 'message_flow_id'],
  queues: ['wait_flow_id'],
  conferences: ['pre_flow_id', 'post_flow_id'],
  flows: ['on_complete_flow_id'],
} as const;

type Source = keyof typeof flowFields;

/** A record that points to another one. */
export interface Pointer {
  readonly table: Source;
  readonly id: string;
  /** Where it does: `call_flow_id`, `actions[2].option.flow_id`; the first ones. */
  readonly places: readonly string[];
}

/** So many are told of. */
const mostPointers = 20;
const mostPlaces = 3;
const pageSize = 50;

/** Something points to what was to go. */
export class PointedToError extends StoreError {
  readonly pointers: readonly Pointer[];
  /** Whether there are others. */
  readonly isCut: boolean;

  constructor(pointers: readonly Pointer[]) {
    super('pointed to');
    this.pointers = pointers.slice(0, mostPointers);
    this.isCut = pointers.length > mostPointers;
  }
}

type AnyRecord = Place & Readonly<Record<string, unknown>>;

/**
 * What points to a record of this table: fields, and ids in the actions of flows, however deep they stand there. A flow's own
 * do not count.
 */
export async function pointersTo(
  database: Kysely<Tables>,
  table: string,
  { id }: Pick<Place, 'id'>,
): Promise<readonly Pointer[]> {
  const found: Pointer[] = [];
  for (const source of Object.keys(flowFields) as Source[]) {
    const placesIn = (record: AnyRecord): string[] =>
      source === table && record.id === id ? [] : placesOf(source, record, id);
    found.push(...(await search(database, source, { text: id, placesIn })));
    if (found.length > mostPointers) break;
  }
  return found;
}

/** The flows whose ends the default webhook is told of. */
export function tellersOfTheirEnd(database: Kysely<Tables>): Promise<readonly Pointer[]> {
  const placesIn = ({ end_webhook }: AnyRecord): string[] => (end_webhook === true ? ['end_webhook'] : []);
  return search(database, 'flows', { text: '"end_webhook":true', placesIn });
}

interface Wanted {
  /** Stands in the record's JSON, in lower case, wherever anything is to be found. */
  readonly text: string;
  placesIn(record: AnyRecord): string[];
}

/** The database says which records may point there, their fields whether they do. One more than are told of. */
async function search(
  database: Kysely<Tables>,
  table: Source,
  { text, placesIn }: Wanted,
): Promise<Pointer[]> {
  const records = new RecordTable<AnyRecord>(database, { table, columns: () => ({}) });
  const candidates = records
    .select()
    .where('tm_delete', '=', sql.lit(neverTime))
    .where(sql<string>`lower(record)`, 'like', `%${text}%`);
  const found: Pointer[] = [];
  let token: string | undefined;
  do {
    const page = await records.page(candidates, { size: pageSize, token });
    for (const record of page.result) {
      const places = placesIn(record);
      if (places.length > 0) found.push({ table, id: record.id, places: places.slice(0, mostPlaces) });
    }
    token = page.next;
  } while (token !== '' && found.length <= mostPointers);
  return found;
}

function placesOf(table: Source, record: AnyRecord, id: string): string[] {
  const fields = flowFields[table].filter((field) => record[field] === id);
  return table === 'flows' ? [...fields, ...inside(record.actions, 'actions', id)] : fields;
}

/** An id is nobody else's: where it stands alone it is meant, whatever the action and its key are called. */
function inside(value: unknown, path: string, id: string): string[] {
  if (typeof value === 'string') return value.trim().toLowerCase() === id ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => inside(item, `${path}[${index}]`, id));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => inside(item, `${path}.${key}`, id));
}
