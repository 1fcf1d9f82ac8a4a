import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CompiledQuery } from 'kysely';
import type { Engine } from '../../src/storage/engine.ts';
import { openStore, storeOn } from '../../src/storage/open-store.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import type { Store } from '../../src/storage/store.ts';
import type { TestPostgres } from './postgres.ts';

export interface StoreFixture extends AsyncDisposable {
  readonly store: Store;
  /** The same database, as the next start of the daemon finds it. */
  reopen(): Promise<Store>;
}

/** What a contract suite needs of an engine. */
export type GivenStore = () => Promise<StoreFixture>;

export interface StoreFolder extends StoreFixture {
  readonly path: string;
}

/** Stores in databases of a PostgreSQL server: each fixture has one to itself while it is there. */
export function storesOn(server: () => TestPostgres): GivenStore {
  return async () => {
    const database = await server().borrowStoreDatabase();
    const { url } = database;
    const opened = [await openStore(url)];
    return {
      store: opened[0]!,
      reopen: async () => {
        await opened[0]!.close();
        opened.unshift(await openStore(url));
        return opened[0]!;
      },
      [Symbol.asyncDispose]: async () => {
        for (const store of opened) await store.close();
        await database[Symbol.asyncDispose]();
      },
    };
  };
}

/** A real store in a folder of its own; disposing takes both away. */
export async function givenStore(): Promise<StoreFolder> {
  const database = spare.pop() ?? (await openDatabase());
  const { engine, path } = database;
  let isClosed = false;
  const close = (): Promise<void> => {
    isClosed = true;
    return engine.close();
  };
  const opened = [await storeOn({ ...engine, close })];
  return {
    path,
    store: opened[0]!,
    reopen: async () => {
      await opened[0]!.close();
      opened.unshift(await openStore(`sqlite:${path}`));
      return opened[0]!;
    },
    [Symbol.asyncDispose]: async () => {
      if (!isClosed && (await isEmptied(database))) return void spare.push(database);
      for (const store of opened) await store.close();
      rmSync(dirname(path), { recursive: true, force: true });
    },
  };
}

/** A file that is open, in a folder that is its own. */
interface OpenDatabase {
  readonly path: string;
  readonly engine: Engine;
}

/** Those that nobody has now, as if they were new. Most of opening one is starting its thread. */
const spare: OpenDatabase[] = [];

/** At the end of a file of tests. */
export async function closeSpareStores(): Promise<void> {
  for (const { engine, path } of spare.splice(0)) {
    await engine.close();
    rmSync(dirname(path), { recursive: true, force: true });
  }
}

async function openDatabase(): Promise<OpenDatabase> {
  emptyDatabase ??= makeEmptyDatabase();
  const path = join(newFolder(), 'ariflow.db');
  writeFileSync(path, await emptyDatabase, { mode: 0o600 });
  const engine = openSqlite(path, '');
  await engine.isInPlace(); // from now on
  await engine.runBatch([
    CompiledQuery.raw('create temp table first_extensions as select * from extensions'),
  ]);
  return { path, engine };
}

/** Takes away whatever somebody has stored, and put beside it. False where that cannot be done. */
async function isEmptied({ engine, path }: OpenDatabase): Promise<boolean> {
  const tables = "select name from main.sqlite_schema where type = 'table' and name not like 'kysely%'";
  try {
    if (!(await engine.isInPlace())) return false;
    const [rows = []] = await engine.runBatch([CompiledQuery.raw(tables)]);
    const names = (rows as readonly { readonly name: string }[]).map(({ name }) => name); // as it was asked
    const statements = [
      'pragma defer_foreign_keys = on',
      ...names.map((name) => `delete from "${name}"`),
      'insert into extensions select * from first_extensions',
    ];
    await engine.runBatch(statements.map((sql) => CompiledQuery.raw(sql)));
  } catch {
    return false;
  }
  for (const name of readdirSync(dirname(path)).filter((entry) => !entry.startsWith(basename(path))))
    rmSync(join(dirname(path), name), { recursive: true, force: true });
  return true;
}

/** A store in which nothing is yet, as the file that it leaves: most of what opening one takes is making its tables. */
let emptyDatabase: Promise<Buffer> | undefined;

async function makeEmptyDatabase(): Promise<Buffer> {
  const folder = newFolder();
  const path = join(folder, 'ariflow.db');
  await (await openStore(`sqlite:${path}`)).close();
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true, force: true });
  return bytes;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ariflow-store-'));
}
