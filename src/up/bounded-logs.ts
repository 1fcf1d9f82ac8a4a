import { join } from 'node:path';
import { keepSmall, largestLog, logDirectory, logNames } from '../asterisk/log-files.ts';
import type { OwnedProcess } from '../asterisk/owned-process.ts';
import type { Config } from '../config/config.ts';

const interval = 10_000;

/**
 * Bounds the logs of an Asterisk that runs. The daemon keeps them smaller than this, but it may be away, and Asterisk says of each
 * event that it keeps for it that it does.
 */
export function boundLogs(asterisk: OwnedProcess, config: Config): void {
  const look = (): void => {
    for (const name of Object.values(logNames))
      keepSmall(join(logDirectory(config), name), 3 * largestLog).catch(() => undefined); // a full disk, say; it is tried again
  };
  const looking = setInterval(look, interval).unref();
  void asterisk.exited.finally(() => clearInterval(looking));
}
