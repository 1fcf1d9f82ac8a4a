import { type CompiledQuery, sql } from 'kysely';
import { never, neverDue, type OutboxDatabase, padded, pending } from './outbox-tables.ts';
import type { Statements } from './statements.ts';

/** What keeps the rows of lanes true to their deliveries. */
export class Lanes {
  readonly #database: OutboxDatabase;
  readonly #statements: Statements;
  readonly #isShared: boolean;

  constructor(database: OutboxDatabase, statements: Statements, isShared: boolean) {
    this.#database = database;
    this.#statements = statements;
    this.#isShared = isShared;
  }

  /**
   * Before lanes or their deliveries are changed. What comes later in the transaction then sees everything others have
   * appended: a lane must never be taken for empty that is not.
   */
  lock(keys: readonly string[]): CompiledQuery[] {
    if (!this.#isShared) return [];
    return padded([...keys].sort()).map((piece) =>
      this.#statements.compiled(`lock/${piece.length}`, piece, () =>
        this.#database
          .selectFrom('lanes')
          .select('key')
          .where('key', 'in', [...piece])
          .orderBy('key')
          .forUpdate(),
      ),
    );
  }

  /** Makes sure that a lane is there; `refresh` then says when it is due. */
  add(key: string, endpointId: string): CompiledQuery {
    return this.#statements.compiled('lane', [key, endpointId, never], () =>
      this.#database
        .insertInto('lanes')
        .values({ key, endpoint_id: endpointId, due_at: never })
        .onConflict((conflict) => conflict.column('key').doNothing()),
    );
  }

  /** After deliveries changed: each lane is due when its first pending delivery is. */
  refresh(keys: readonly string[]): CompiledQuery[] {
    return padded(keys).map((piece) =>
      this.#statements.compiled(`refresh/${piece.length}`, piece, () =>
        this.#database
          .updateTable('lanes')
          .set(({ selectFrom }) => ({
            due_at: sql<number>`coalesce(${selectFrom('deliveries')
              .select('next_at')
              .whereRef('lane_key', '=', 'lanes.key')
              .where('state', '=', pending)
              .orderBy('seq')
              .limit(sql.lit(1))}, ${neverDue})`,
          }))
          .where('key', 'in', [...piece]),
      ),
    );
  }

  release(key: string, lease: string): CompiledQuery {
    return this.#statements.compiled('release', ['', 0, key, lease], () =>
      this.#database
        .updateTable('lanes')
        .set({ lease: '', lease_until: 0 })
        .where('key', '=', key)
        .where('lease', '=', lease),
    );
  }

  /** Of those: where nothing is pending and nobody works. */
  drop(keys: readonly string[]): CompiledQuery[] {
    return padded(keys).map((piece) =>
      this.#statements.compiled(`drop/${piece.length}`, piece, () =>
        this.#database
          .deleteFrom('lanes')
          .where('key', 'in', [...piece])
          .where('due_at', '>=', neverDue)
          .where('lease', '=', sql.lit('')),
      ),
    );
  }
}
