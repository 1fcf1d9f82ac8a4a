import { resolve } from 'node:path';
import { startAsterisk } from '../asterisk/asterisk-process.ts';
import { startProcess } from '../asterisk/owned-process.ts';
import type { Secrets } from '../config/secrets.ts';
import { asteriskRoot } from '../core/local-tool.ts';
import type { Program } from './keep-running.ts';
import type { RunRecord } from './run-record.ts';
import type { Surroundings } from './surroundings.ts';
import { waitUntilReady } from './until-ready.ts';

export function asteriskProgram({ config }: Surroundings, secrets: Secrets, record: RunRecord): Program {
  return {
    name: 'Asterisk',
    // It is ready when started: what keeps it from that the first time will do so again.
    firstAttempts: 1,
    grace: 5_000,
    start: (signal: AbortSignal) =>
      startAsterisk({ config, secrets, onPid: (pid) => record.note('asterisk', pid) }, signal),
    untilReady: () => Promise.resolve(),
  };
}

export function daemonProgram(
  surroundings: Surroundings,
  secrets: Secrets,
  record: RunRecord,
  entry: string,
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
  };
  return {
    name: 'the daemon',
    firstAttempts: 5,
    grace: 10_000,
    start: async () => {
      // Its log goes to standard error: standard output is for what `up` itself says.
      const daemon = await startProcess(process.execPath, [...process.execArgv, entry], {
        env: environment,
        stdio: ['ignore', 2, 2],
      });
      record.note('daemon', daemon.pid);
      return daemon;
    },
    untilReady: (signal: AbortSignal) => waitUntilReady(config, signal),
  };
}
