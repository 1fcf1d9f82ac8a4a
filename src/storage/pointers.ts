import { type Kysely, sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import type { Place } from './page-token.ts';
import { RecordTable } from './record-table.ts';
import type { Tables } from './tables.ts';

/** Fields that hold the id of something else, or none, and what that is. */
export const pointingFields = {
  numbers: {
    call_flow_id: 'flow',
    message_flow_id: 'flow',
    schedule_id: 'schedule',
    closed_flow_id: 'flow',
  },
  queues: { wait_flow_id: 'flow', callback_flow_id: 'flow' },
  conferences: { pre_flow_id: 'flow', post_flow_id: 'flow' },
  flows: { on_complete_flow_id: 'flow' },
} as const;

type Source = keyof typeof pointingFields;

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
  for (const source of Object.keys(pointingFields) as Source[]) {
    const placesIn = (record: AnyRecord): string[] =>
      source === table && record.id === id ? [] : placesOf(source, record, id);
    found.push(...(await search(database, source, { text: id, placesIn })));
    if (found.length > mostPointers) break;
  }
  return found;
}

/** What plays a sound by this name: as `sound:<name>` alone it is meant, wherever that stands. */
export async function pointersToSound(database: Kysely<Tables>, name: string): Promise<readonly Pointer[]> {
  const media = `sound:${name}`;
  const placesIn = (record: AnyRecord): string[] =>
    Object.entries(record).flatMap(([key, value]) => inside(value, key, (text) => text === media));
  const found: Pointer[] = [];
  for (const source of Object.keys(pointingFields) as Source[])
    found.push(...(await search(database, source, { text: media.toLowerCase(), placesIn })));
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
  const fields = Object.keys(pointingFields[table]).filter((field) => record[field] === id);
  if (table !== 'flows') return fields;
  return [...fields, ...inside(record.actions, 'actions', (text) => text.toLowerCase() === id)];
}

/** An id is nobody else's: where it stands alone it is meant, whatever the action and its key are called. */
function inside(value: unknown, path: string, isMeant: (text: string) => boolean): string[] {
  if (typeof value === 'string') return isMeant(value.trim()) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => inside(item, `${path}[${index}]`, isMeant));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => inside(item, `${path}.${key}`, isMeant));
}
