import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import type { Store } from './store.ts';

const interval = 5_000;

/** Says in the log when the file of the database is moved away or replaced: what is written then is lost to the next start. */
export function watchStore(
  store: Pick<Store, 'isInPlace'>,
  log: Pick<Log, 'info' | 'error'>,
  scope: Scope,
): void {
  scope.spawn('store-watch', async (signal) => {
    let wasInPlace = true;
    for (;;) {
      await sleep(interval, signal);
      const isInPlace = await store.isInPlace();
      if (wasInPlace && !isInPlace) log.error({}, 'store_moved');
      if (!wasInPlace && isInPlace) log.info({}, 'store_back');
      wasInPlace = isInPlace;
    }
  });
}
