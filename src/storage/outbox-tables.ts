import { type Generated, type Kysely, sql } from 'kysely';
import type { DeliveryRecord } from '../news/outbox.ts';
import type { Tables } from './tables.ts';

export interface DeliveryRow {
  /** The order of appending. */
  seq: Generated<number>;
  id: string;
  endpoint_id: string;
  lane_key: string;
  type: string;
  body: string;
  created_at: number;
  /** Null where it is about no call. */
  call_id: string | null;
  state: Generated<DeliveryRecord['state']>;
  attempts: Generated<number>;
  next_at: number;
  /** 0: it does not. */
  failing_since: Generated<number>;
  status: Generated<number>;
  error: Generated<string>;
  /** 0: not yet. */
  tried_at: Generated<number>;
}

export interface LaneRow {
  key: string;
  endpoint_id: string;
  /** When the first pending delivery is due. May be too early, never too late. */
  due_at: number;
  /** Empty where nobody works on it. */
  lease: Generated<string>;
  lease_until: Generated<number>;
}

export type OutboxTables = { deliveries: DeliveryRow; lanes: LaneRow };
export type OutboxDatabase = Kysely<OutboxTables>;

/** The same database, seen by its outbox. */
export function outboxDatabase(database: Kysely<Tables>): OutboxDatabase {
  return database.withTables<OutboxTables>() as unknown as OutboxDatabase; // the other tables are none of its business
}

/** `due_at` of a lane in which nothing is pending. Written into the text of queries, as everything partial indexes ask for. */
export const never = 8_640_000_000_000_000;
export const neverDue = sql.lit(never);
export const pending = sql.lit('pending' as const);

export function laneKey(endpointId: string, lane: string): string {
  return `${endpointId}/${lane}`;
}

export function laneOf({ lane_key, endpoint_id }: { lane_key: string; endpoint_id: string }): string {
  return lane_key.slice(endpoint_id.length + 1);
}

/** Cuts a list into pieces whose lengths are powers of two: of a statement for each length there are then few. */
export function pieces<T>(list: readonly T[], longest = 64): (readonly T[])[] {
  const cut: (readonly T[])[] = [];
  for (let start = 0, length = longest; start < list.length; ) {
    if (length > list.length - start) length /= 2;
    else {
      cut.push(list.slice(start, start + length));
      start += length;
    }
  }
  return cut;
}

/** As `pieces`, for lists in which an entry may come twice: the last piece is filled up instead of cut. */
export function padded<T>(list: readonly T[], longest = 256): (readonly T[])[] {
  const cut: (readonly T[])[] = [];
  for (let start = 0; start < list.length; start += longest) {
    const piece = list.slice(start, start + longest);
    const length = 2 ** Math.ceil(Math.log2(piece.length));
    const [last] = piece.slice(-1);
    cut.push(last === undefined ? piece : [...piece, ...Array<T>(length - piece.length).fill(last)]);
  }
  return cut;
}
