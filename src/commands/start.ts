import { loadConfig } from '../config/config.ts';
import { prepareDirectories } from '../config/directories.ts';
import { loadSecrets } from '../config/secrets.ts';
import { unknownVariables, warningOf } from '../config/unknown-variables.ts';
import { messageOf } from '../core/errors.ts';
import { closeToOthers } from '../core/file-modes.ts';
import { createLog } from '../core/log.ts';
import { scarceOpenFiles } from '../core/open-files.ts';
import { startDaemon } from '../daemon/daemon.ts';

/** Starts the daemon, and stops it on SIGTERM or SIGINT. */
export async function start(env: NodeJS.ProcessEnv): Promise<void> {
  closeToOthers();
  const config = loadConfig(env);
  prepareDirectories(config);
  const log = createLog(config.log_level);
  const openFiles = scarceOpenFiles();
  if (openFiles !== undefined) log.warn({ limit: openFiles }, 'few_open_files');
  for (const variable of unknownVariables(env))
    log.warn({ warning: warningOf(variable) }, 'unknown_variable');
  // Everything that can reject has somebody who catches; if not, say so and go on: calls must not die of a defect.
  process.on('unhandledRejection', (error) => log.error({ error: messageOf(error) }, 'unhandled_rejection'));
  const daemon = await startDaemon(config, loadSecrets(config.data_dir), log);
  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, 'stopping');
    await daemon.stop();
    log.info({}, 'stopped');
    process.exitCode = 0;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}
