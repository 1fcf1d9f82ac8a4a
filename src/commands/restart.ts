import { loadConfig } from '../config/config.ts';
import { restartDaemon } from '../up/restart-daemon.ts';
import type { Output } from './output.ts';

/** How long the new daemon may take to be ready, in milliseconds. */
const patience = 120_000;

/** Has the daemon under `up` started anew; its calls go on. */
export async function restart(env: NodeJS.ProcessEnv, { out }: Output): Promise<void> {
  await restartDaemon(loadConfig(env), AbortSignal.timeout(patience));
  out('the daemon has started anew, and is ready');
}
