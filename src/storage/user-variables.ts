import { wireTime } from '../core/clock.ts';
import type { UsersPort } from '../ports/flow-requests.ts';
import type { Engine } from './engine.ts';
import { RecordTable } from './record-table.ts';
import { VariableOwners } from './variable-owners.ts';

interface UserVariableRecord {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly value: string;
  readonly tm_create: string;
}

/** One row for each variable, so that flows on the same number at the same time lose nothing. */
export function userVariableStore({ database, isShared }: Engine): UsersPort {
  const records = new RecordTable<UserVariableRecord>(database, {
    table: 'user_variables',
    columns: ({ number }) => ({ number }),
  });
  const owners = isShared ? undefined : new VariableOwners(database);
  return {
    async load(number) {
      if (owners && !(await owners.mayHave(number))) return {};
      const found = await records.having('number', number);
      return Object.fromEntries(found.map(({ name, value }) => [name, value]));
    },
    async save(number, values) {
      owners?.add(number);
      const tm_create = wireTime();
      for (const [name, value] of Object.entries(values)) {
        const id = JSON.stringify([number, name]);
        await database.executeQuery(records.upsert({ id, number, name, value, tm_create }));
      }
    },
  };
}
