import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { isRunning, type ProcessIdentity, signalProcess } from '../core/process-identity.ts';
import { sleep } from '../core/wait.ts';
import { UpError } from './exit-codes.ts';
import { recordedDaemon } from './run-record.ts';
import { waitUntilReady } from './until-ready.ts';

const pollEvery = 50;

/**
 * Has the daemon of a running `up` end, leaving its calls, and waits for the one that takes its place: `up` starts it at once, and
 * Asterisk goes on meanwhile.
 * @throws UpError where there is none, or no new one becomes ready until the signal.
 */
export async function restartDaemon(config: Config, signal: AbortSignal): Promise<void> {
  const dataDir = resolve(config.data_dir);
  const former = recordedDaemon(dataDir);
  if (!former || !isRunning(former))
    throw new UpError(
      `no daemon of \`npm run up\` runs in ${dataDir}: whoever else has started one restarts it; on SIGUSR2 it ends and leaves its calls`,
    );
  signalProcess(former, 'SIGUSR2');
  try {
    while (isRunning(former) || !hasSuccessor(dataDir, former)) await sleep(pollEvery, signal);
    await waitUntilReady(config, signal);
  } catch (cause) {
    throw new UpError('no new daemon has become ready in time: what `npm run up` prints says why', { cause });
  }
}

function hasSuccessor(dataDir: string, { pid, started }: ProcessIdentity): boolean {
  const present = recordedDaemon(dataDir);
  return present !== undefined && (present.pid !== pid || present.started !== started) && isRunning(present);
}
