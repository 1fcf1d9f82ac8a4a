import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Engine } from '../../../src/storage/engine.ts';
import { migrate } from '../../../src/storage/migrate.ts';
import { openSqlite } from '../../../src/storage/sqlite.ts';
import { userVariableStore } from '../../../src/storage/user-variables.ts';
import { VariableOwners } from '../../../src/storage/variable-owners.ts';

let engine: Engine;
beforeEach(async () => {
  engine = openSqlite(':memory:', '');
  await migrate(engine.database);
});
afterEach(() => engine.close());

async function givenVariablesOf(...numbers: string[]): Promise<void> {
  for (const number of numbers) await userVariableStore(engine).save(number, { 'user.key.a': '1' });
}

test('who is not among those for whom something is kept, has nothing', async () => {
  await givenVariablesOf('1', '2');
  const owners = new VariableOwners(engine.database);
  expect(await owners.mayHave('1')).toBe(true);
  expect(await owners.mayHave('3')).toBe(false);
  owners.add('3');
  expect(await owners.mayHave('3')).toBe(true);
});

test('of too many nobody is known to have nothing', async () => {
  await givenVariablesOf('1', '2', '3');
  expect(await new VariableOwners(engine.database, 2).mayHave('4')).toBe(true);
  const grown = new VariableOwners(engine.database, 3);
  expect(await grown.mayHave('5')).toBe(false);
  grown.add('4');
  expect(await grown.mayHave('5')).toBe(true);
});

test('a store that was away when it was asked is asked again', async () => {
  await givenVariablesOf('1');
  await engine.database.schema.alterTable('user_variables').renameTo('elsewhere').execute();
  const owners = new VariableOwners(engine.database);
  await expect(owners.mayHave('1')).rejects.toMatchObject({ problem: 'failed' });
  await engine.database.schema.alterTable('elsewhere').renameTo('user_variables').execute();
  expect(await owners.mayHave('1')).toBe(true);
});
