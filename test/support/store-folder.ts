import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/storage/open-store.ts';
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

/** Stores in databases of a PostgreSQL server: each fixture has its own. */
export function storesOn(server: () => TestPostgres): GivenStore {
  return async () => {
    const url = await server().createStoreDatabase();
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
      },
    };
  };
}

/** A real store in a folder of its own; disposing closes it and removes the folder. */
export async function givenStore(): Promise<StoreFolder> {
  emptyDatabase ??= makeEmptyDatabase();
  const folder = newFolder();
  const path = join(folder, 'ariflow.db');
  writeFileSync(path, await emptyDatabase, { mode: 0o600 });
  const opened = [await openStore(`sqlite:${path}`)];
  return {
    path,
    store: opened[0]!,
    reopen: async () => {
      await opened[0]!.close();
      opened.unshift(await openStore(`sqlite:${path}`));
      return opened[0]!;
    },
    [Symbol.asyncDispose]: async () => {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
