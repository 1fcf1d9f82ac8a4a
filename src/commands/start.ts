import { flushCompileCache } from 'node:module';
import { loadConfig } from '../config/config.ts';
import { prepareDirectories } from '../config/directories.ts';
import { loadSecrets } from '../config/secrets.ts';
import { unknownVariables, warningOf } from '../config/unknown-variables.ts';
import { setTimer } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { closeToOthers } from '../core/file-modes.ts';
import { createLog, type Log } from '../core/log.ts';
import { scarceOpenFiles } from '../core/open-files.ts';
import { whileRunning } from '../core/v8-options.ts';
import { onAbort } from '../core/wait.ts';
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { exitCodes } from './output.ts';
import { StopSignals } from './stop-signals.ts';

/** What was logged is written behind us, and has so many milliseconds for it. */
const lastWords = 50;

/** Starts the daemon, and stops it when a signal says so; one that comes before it has started takes the start back. */
export async function start(env: NodeJS.ProcessEnv): Promise<void> {
  closeToOthers();
  const config = loadConfig(env);
  prepareDirectories(config);
  const log = createLog(config.log_level);
  const signals = new StopSignals(config, log);
  const openFiles = scarceOpenFiles();
  if (openFiles !== undefined) log.warn({ limit: openFiles }, 'few_open_files');
  for (const variable of unknownVariables(env))
    log.warn({ warning: warningOf(variable) }, 'unknown_variable');
  // Everything that can reject has somebody who catches; if not, say so and go on: calls must not die of a defect.
  process.on('unhandledRejection', (error) => log.error({ error: messageOf(error) }, 'unhandled_rejection'));
  const onLost = (): never => process.exit(exitCodes.failed);
  try {
    const secrets = loadSecrets(config.data_dir);
    const daemon = await startDaemon(config, secrets, { log, onLost, signal: signals.asked });
    onAbort(signals.asked, () => void stop(daemon, signals, log));
    whileRunning();
    flushCompileCache(); // Node.js would write it at the end, which a killed process does not have
  } catch (error) {
    if (!signals.asked.aborted) throw error;
    end(log); // what was being started may still be at it
  }
}

async function stop(daemon: Daemon, { order }: StopSignals, log: Log): Promise<void> {
  await daemon.stop(order);
  if (order.how === 'leave') return end(log); // what still lives here ends with the process, and in no other way
  log.info({}, 'stopped');
  process.exitCode = 0;
}

/** Ends the process, whatever still lives in it. */
function end(log: Log): void {
  log.info({}, 'stopped');
  setTimer(lastWords, () => process.exit(0));
}
