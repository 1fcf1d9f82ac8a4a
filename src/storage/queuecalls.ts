import { type RawBuilder, sql } from 'kysely';
import type { FiguresOfQueues, FiguresRequest, QueueFigures } from '../queues/queue-figures.ts';
import { LiveTable } from './live-table.ts';

/** So many of the last calls are looked through for those that were served. */
const mostLookedThrough = 500;

const zero = sql<number>`0`;
const one = sql<number>`1`;

/** What comes of calls in queues is counted in the database, in an index that has all it takes. */
export class QueuecallTable extends LiveTable<'queuecalls'> implements FiguresOfQueues {
  async figures(request: FiguresRequest): Promise<QueueFigures> {
    const [over, open] = await Promise.all([this.#over(request), this.#open(request)]);
    return { ...over, open };
  }

  async lastHandled(queueId: string, most: number): Promise<readonly number[]> {
    const { rows } = await sql<{ duration_service: number }>`select duration_service from (
        select status, duration_service from queuecalls
        where queue_id = ${queueId} and is_ended = 1 order by tm_create desc limit ${sql.lit(mostLookedThrough)}
      ) as recent where status = 'done' limit ${most}
    `.execute(this.engine.database);
    return rows.map(({ duration_service }) => Number(duration_service)).reverse();
  }

  async #over({ queueId, from, to, within }: FiguresRequest): Promise<Omit<QueueFigures, 'open'>> {
    const done = sql<boolean>`status = 'done'`;
    const gone = sql<boolean>`status = 'abandoned' and is_callback < 2`;
    const soon = sql<boolean>`duration_waiting <= ${within}`;
    const isCallback = sql<boolean>`is_callback = 1`;
    const { rows } = await sql<
      Omit<QueueFigures, 'open'>
    >`select ${sumOf(done)} as "served", ${sumOf(sql`${done} and ${soon}`)} as "servedWithin",
        ${sumOf(gone)} as "abandoned", ${sumOf(sql`${gone} and ${soon}`)} as "abandonedWithin",
        ${sumOf(isCallback)} as "callbacks", ${sumOf(sql`${isCallback} and ${gone}`)} as "callbacksAbandoned",
        coalesce(max(duration_waiting), 0) as "longestWait",
        ${sumOf(done, sql`duration_waiting`)} as "waited", ${sumOf(done, sql`duration_service`)} as "talked"
      from queuecalls
      where queue_id = ${queueId} and tm_create >= ${from} and tm_create < ${to} and is_ended = 1
    `.execute(this.engine.database);
    // PostgreSQL has sums as text, for they may be larger than any number.
    const figures = Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]);
    return Object.fromEntries(figures) as Omit<QueueFigures, 'open'>; // as they are named above
  }

  async #open({ queueId, from, to }: FiguresRequest): Promise<QueueFigures['open']> {
    const { rows } = await sql<
      QueueFigures['open'][number]
    >`select status, tm_create, duration_waiting as waited from queuecalls
      where queue_id = ${queueId} and tm_create >= ${from} and tm_create < ${to} and is_ended = 0
    `.execute(this.engine.database);
    return rows;
  }
}

function sumOf(condition: RawBuilder<boolean>, what: RawBuilder<number> = one): RawBuilder<number> {
  return sql<number>`coalesce(sum(case when ${condition} then ${what} else ${zero} end), 0)`;
}
