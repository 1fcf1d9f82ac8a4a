import { resolve } from 'node:path';
import { startAsterisk } from '../asterisk/asterisk-process.ts';
import { type OwnedProcess, startProcess } from '../asterisk/owned-process.ts';
import type { Secrets } from '../config/secrets.ts';
import { asteriskRoot } from '../core/local-tool.ts';
import { identityOf, signalProcess } from '../core/process-identity.ts';
import { onAbort } from '../core/wait.ts';
import { boundLogs } from './bounded-logs.ts';
import type { Program } from './keep-running.ts';
import { nodeOptions } from './node-options.ts';
import type { RunRecord } from './run-record.ts';
import type { Surroundings } from './surroundings.ts';
import { waitUntilReady } from './until-ready.ts';

export function asteriskProgram({ config }: Surroundings, secrets: Secrets, record: RunRecord): Program {
  return {
    name: 'Asterisk',
    // It is ready when started: what keeps it from that the first time will do so again.
    firstAttempts: 1,
    grace: 5_000,
    start: async (signal: AbortSignal) => {
      const onPid = (pid: number): void => record.note('asterisk', pid);
      const asterisk = await startAsterisk({ config, secrets, onPid }, signal);
      boundLogs(asterisk, config);
      return asterisk;
    },
    untilReady: () => Promise.resolve(),
  };
}

export interface DaemonOptions {
  readonly secrets: Secrets;
  readonly record: RunRecord;
  /** Its program. */
  readonly entry: string;
  /** Aborted when it is not to wait for its calls any more. */
  readonly hurry: AbortSignal | undefined;
}

export function daemonProgram(
  surroundings: Surroundings,
  { secrets, record, entry, hurry }: DaemonOptions,
): Program {
  const { config, env, hasOwnAsterisk } = surroundings;
  const environment = {
    ...env,
    ARIFLOW_ASTERISK_ROOT: asteriskRoot(env),
    // Halves the time a daemon that died takes to be back.
    NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? resolve(config.data_dir, 'compiled'),
    ARIFLOW_API_TOKEN: config.api.token ?? secrets.api_token,
    ...(hasOwnAsterisk && { ARIFLOW_ARI_PASSWORD: config.ari.password ?? secrets.ari_password }),
    // Read already; given twice they would be refused.
    ARIFLOW_API_TOKEN_FILE: undefined,
    ...(hasOwnAsterisk && { ARIFLOW_ARI_PASSWORD_FILE: undefined }),
    // Whoever ends `up` ends its Asterisk too: calls that were left would be lost without a word.
    ...(hasOwnAsterisk && { ARIFLOW_STOP: 'hangup', ARIFLOW_STOP_FILE: undefined }),
  };
  return {
    name: 'the daemon',
    firstAttempts: 5,
    grace: 10_000 + config.drain,
    start: async () => {
      // Its log goes to standard error: standard output is for what `up` itself says.
      const daemon = await startProcess(process.execPath, [...nodeOptions, ...process.execArgv, entry], {
        env: environment,
        stdio: ['ignore', 2, 2],
      });
      record.note('daemon', daemon.pid);
      if (hurry) tellAgain(daemon, hurry);
      return daemon;
    },
    untilReady: (signal: AbortSignal) => waitUntilReady(config, signal),
  };
}

/** A second SIGTERM ends the daemon's waiting for its calls. */
function tellAgain({ pid, exited }: OwnedProcess, hurry: AbortSignal): void {
  const daemon = identityOf(pid);
  const telling = daemon && onAbort(hurry, () => signalProcess(daemon, 'SIGTERM'));
  void exited.then(() => telling?.[Symbol.dispose]());
}
