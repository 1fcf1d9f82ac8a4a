import { loadConfig } from './config.ts';
import { ConfigurationError, messageOf } from './core/errors.ts';
import { createLog } from './core/log.ts';
import { startDaemon } from './daemon.ts';
import { loadSecrets } from './secrets.ts';

/** BSD's code for a wrong configuration: whoever supervises us need not try again. */
const wrongConfiguration = 78;

/** Starts the daemon and stops it on SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.log_level);
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

try {
  await main();
} catch (error) {
  process.stderr.write(`ariflow: ${messageOf(error)}\n`);
  process.exitCode = error instanceof ConfigurationError ? wrongConfiguration : 1;
}
