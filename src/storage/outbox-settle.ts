import { type CompiledQuery, sql } from 'kysely';
import type { DeliveryResult, Settlement } from '../news/outbox.ts';
import type { Lanes } from './outbox-lanes.ts';
import { laneKey, type OutboxDatabase, pending } from './outbox-tables.ts';
import type { Statements } from './statements.ts';

export interface Settling {
  readonly database: OutboxDatabase;
  readonly statements: Statements;
  readonly lanes: Lanes;
}

/**
 * What settles deliveries and hands lanes back, to be run in one transaction. A lane is brought in step with its deliveries when it is
 * handed back: nobody looks at it before.
 */
export function settleQueries(settling: Settling, { results, released }: Settlement): CompiledQuery[] {
  const { lanes } = settling;
  const keys = released.map(({ endpointId, lane }) => laneKey(endpointId, lane));
  return [
    ...lanes.lock(keys),
    ...results.filter(isSetAside).map((result) => ownLaneQuery(settling, result)),
    ...results.map((result) => updateQuery(settling, result)),
    ...lanes.refresh(keys),
    ...released.map(({ endpointId, lane, lease }) => lanes.release(laneKey(endpointId, lane), lease)),
    ...lanes.drop(keys),
  ];
}

type Failed = Extract<DeliveryResult, { readonly kind: 'failed' }>;

function isSetAside(result: DeliveryResult): result is Failed {
  return result.kind === 'failed' && result.isSetAside;
}

const ownKey = sql<string>`endpoint_id || '/' || id`;

/** A lane of its own, due at the time of the next try. */
function ownLaneQuery({ database, statements }: Settling, { id, nextAt }: Failed): CompiledQuery {
  return statements.compiled('own lane', [nextAt, id], () =>
    database
      .insertInto('lanes')
      .columns(['key', 'endpoint_id', 'due_at'])
      .expression(({ selectFrom }) =>
        selectFrom('deliveries')
          .select([
            ownKey.as('key'),
            'endpoint_id',
            sql<number>`cast(${nextAt} as double precision)`.as('due_at'),
          ])
          .where('id', '=', id)
          .where('state', '=', pending),
      )
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet(({ ref }) => ({ due_at: ref('excluded.due_at') })),
      ),
  );
}

function updateQuery({ database, statements }: Settling, result: DeliveryResult): CompiledQuery {
  const { id, kind, attempts, status, error, at } = result;
  const tried = { attempts, status, error, tried_at: at };
  switch (kind) {
    case 'delivered': {
      const set = { state: kind, ...tried };
      return statements.compiled(kind, [...Object.values(set), id], () =>
        database.updateTable('deliveries').set(set).where('id', '=', id),
      );
    }
    case 'dead': {
      const set = { state: kind, ...tried };
      return statements.compiled(kind, [...Object.values(set), id], () =>
        database.updateTable('deliveries').set(set).where('id', '=', id).where('state', '=', pending),
      );
    }
    case 'failed': {
      const set = { next_at: result.nextAt, failing_since: result.failingSince, ...tried };
      const lane = result.isSetAside ? { lane_key: ownKey } : {};
      const name = result.isSetAside ? 'set aside' : kind;
      return statements.compiled(name, [...Object.values(set), id], () =>
        database
          .updateTable('deliveries')
          .set({ ...set, ...lane })
          .where('id', '=', id)
          .where('state', '=', pending),
      );
    }
    default:
      return result satisfies never;
  }
}
