import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ari } from '../ari/ari.ts';
import type { Config } from '../config/config.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep, within } from '../core/wait.ts';
import { FailedLogins, type FailedLoginsOptions } from './failed-logins.ts';
import { FileChanges } from './file-changes.ts';
import { keepSmall, logDirectory, logNames } from './log-files.ts';
import { LogReader } from './log-reader.ts';
import { loginEvent } from './login-event.ts';

export interface AsteriskLogsOptions {
  readonly config: Config;
  readonly log: Log;
  readonly scope: Scope;
  readonly ari: Pick<Ari, 'refuseAddresses'>;
  readonly onFailed: FailedLoginsOptions['onFailed'];
}

/** It is looked this often in any case, for what the system does not tell. */
const interval = 1_000;
/** Where somebody logs in or fails to, this long after the last look: guesses come by the hundred. */
const shortest = 50;

/** Looks after the logs of an Asterisk whose directory the daemon sees: keeps them small, and reads who fails to log in. */
export function watchAsteriskLogs({ config, log, scope, ari, onFailed }: AsteriskLogsOptions): void {
  const directory = logDirectory(config);
  if (!existsSync(directory)) return;
  const logins = new FailedLogins({ rate: config.sip.rate_failed, log, onFailed });
  const reader = new LogReader(join(directory, logNames.security));
  /** As Asterisk has them; a daemon before us may have left some. */
  let refused: string | undefined;
  const look = async (signal: AbortSignal): Promise<void> => {
    for (const line of await reader.lines()) {
      const event = loginEvent(line);
      if (!event) continue;
      if (logins.isForgotten(event)) refused = undefined;
      logins.take(event);
    }
    for (const name of Object.values(logNames)) await keepSmall(join(directory, name));
    const wanted = logins.refused;
    if (wanted.join() === refused) return;
    try {
      await ari.refuseAddresses(wanted, signal);
    } catch (error) {
      // While Asterisk is away nobody comes in either; it is asked again with the next look.
      if (wanted.length > 0) throw error;
      return;
    }
    refused = wanted.join();
  };
  scope.spawn('asterisk_logs', async (signal) => {
    using changes = new FileChanges(directory, logNames.security);
    for (let problem = ''; ; ) {
      const changed = changes.next();
      const found = await look(signal).then(() => '', messageOf);
      signal.throwIfAborted();
      if (found !== '' && found !== problem) log.info({ problem: found }, 'asterisk_logs_not_read');
      problem = found;
      await sleep(shortest, signal);
      await within(changed, interval - shortest, signal);
    }
  });
}
