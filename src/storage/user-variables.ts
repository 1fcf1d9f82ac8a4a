import type { Kysely } from 'kysely';
import { wireTime } from '../core/clock.ts';
import type { UsersPort } from '../ports/flow-requests.ts';
import { RecordTable } from './record-table.ts';
import type { Tables } from './tables.ts';

interface UserVariableRecord {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly value: string;
  readonly tm_create: string;
}

/** One row for each variable, so that flows on the same number at the same time lose nothing. */
export function userVariableStore(database: Kysely<Tables>): UsersPort {
  const records = new RecordTable<UserVariableRecord>(database, {
    table: 'user_variables',
    columns: ({ number }) => ({ number }),
  });
  return {
    async load(number) {
      const found = await records.all(records.select().where('number', '=', number));
      return Object.fromEntries(found.map(({ name, value }) => [name, value]));
    },
    async save(number, values) {
      const tm_create = wireTime();
      for (const [name, value] of Object.entries(values)) {
        const id = JSON.stringify([number, name]);
        await database.executeQuery(records.upsert(records.row({ id, number, name, value, tm_create })));
      }
    },
  };
}
