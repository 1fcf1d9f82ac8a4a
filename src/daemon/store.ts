import { join } from 'node:path';
import { lockDataDir } from '../config/data-lock.ts';
import { prepareDirectories } from '../config/directories.ts';
import { secretKeyOf } from '../config/secrets.ts';
import { instanceOf } from '../storage/instance.ts';
import { expectDatabase, rememberDatabase } from '../storage/known-database.ts';
import { openStore } from '../storage/open-store.ts';
import type { Store } from '../storage/store.ts';
import { watchStore } from '../storage/store-watch.ts';
import type { Foundation } from './foundation.ts';

/** The data directory, which is ours alone from here on, and the store. */
export async function startStore({ config, secrets, log, scope }: Foundation): Promise<Store> {
  prepareDirectories(config);
  const lock = lockDataDir(config.data_dir);
  scope.defer(() => lock[Symbol.dispose]());
  const database = config.database_url ?? `sqlite:${join(config.data_dir, 'ariflow.db')}`;
  expectDatabase(config.data_dir, database, config.new_database);
  const store = await openStore(database, instanceOf(config.data_dir), (of) =>
    secretKeyOf(of, { config, secrets }),
  );
  scope.defer(() => store.close());
  rememberDatabase(config.data_dir, database);
  watchStore(store, log, scope);
  return store;
}
