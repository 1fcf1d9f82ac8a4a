import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installAsterisk } from '../asterisk/install.ts';
import { prepareDirectories } from '../config/directories.ts';
import { apiUrl, reachable } from '../config/reachable.ts';
import { loadSecrets, secretsFile } from '../config/secrets.ts';
import { configWarnings } from '../config/warnings.ts';
import { programFile } from '../core/package-files.ts';
import { onAbort, within } from '../core/wait.ts';
import { checkPorts } from './check-ports.ts';
import { consoleLine } from './console-line.ts';
import { Crew } from './crew.ts';
import { asteriskProgram, daemonProgram } from './programs.ts';
import { claimDataDir, type RunRecord } from './run-record.ts';
import { type Surroundings, surroundingsOf, withFreeAriPort, withListeningPort } from './surroundings.ts';

export interface UpOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
  /** Aborted by whoever has told us to end, and does not want to wait until the last call has. */
  readonly hurry?: AbortSignal;
  /** The daemon's program; this package's own. */
  readonly daemonEntry?: string;
}

const ownDaemonEntry = fileURLToPath(programFile('main'));

/**
 * Brings up Asterisk and the daemon and keeps both running until the signal aborts; then ends them, the daemon first.
 * @throws when they cannot be brought up; nothing is left running then either.
 */
export async function up(options: UpOptions, signal: AbortSignal): Promise<void> {
  const given = surroundingsOf(options.env);
  if (given.ariNamedBy !== undefined) options.print(withoutAsterisk(given.ariNamedBy, given.config.ari.url));
  prepareDirectories(given.config);
  using record = await claimDataDir(resolve(given.config.data_dir), options.print);
  try {
    await checkPorts(given);
    const surroundings = await prepare(given, options.print, signal);
    await runBoth(surroundings, record, options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function withoutAsterisk(namedBy: string, url: string): string {
  return `${namedBy} is set: no Asterisk is brought up, the one at ${url} is used as it is (ARIFLOW_ARI_PORT moves our own)`;
}

async function prepare(
  given: Surroundings,
  print: UpOptions['print'],
  signal: AbortSignal,
): Promise<Surroundings> {
  if (!given.hasOwnAsterisk) return await withListeningPort(given, print);
  await installAsterisk({ onProgress: print, signal });
  await warnOfUnknownName(print);
  for (const warning of configWarnings(given.config)) print(`warning: ${warning}`);
  return await withListeningPort(await withFreeAriPort(given, print), print);
}

/** Asterisk looks its own machine's name up for every call, and a name server that is not there takes seconds to fail. */
async function warnOfUnknownName(print: UpOptions['print']): Promise<void> {
  const isKnown = await within(
    lookup(hostname()).then(
      () => true,
      () => false,
    ),
    2_000,
  );
  if (!isKnown)
    print(`warning: the name of this machine, ${hostname()}, is not in /etc/hosts: calls may wait for it`);
}

async function runBoth(
  surroundings: Surroundings,
  record: RunRecord,
  options: UpOptions,
  signal: AbortSignal,
): Promise<void> {
  const secrets = loadSecrets(surroundings.config.data_dir);
  const crew = new Crew(options.print);
  const bringUp = async (): Promise<void> => {
    if (surroundings.hasOwnAsterisk) await crew.add(asteriskProgram(surroundings, secrets, record));
    if (signal.aborted) return;
    const { daemonEntry: entry = ownDaemonEntry, hurry } = options;
    await crew.add(daemonProgram(surroundings, { secrets, record, entry, hurry }));
    printReady(surroundings, options.print);
    if (surroundings.config.console) options.print(await consoleLine(surroundings.config, secrets, signal));
  };
  try {
    await Promise.race([bringUp().then(() => crew.failed), crew.failed, aborted(signal)]);
  } finally {
    await crew.end();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve));
}

function printReady({ config, hasOwnAsterisk }: Surroundings, print: UpOptions['print']): void {
  const generated = [
    ...(hasOwnAsterisk ? ['the passwords of the phones 1001-1009'] : []),
    ...(config.api.token === undefined ? ['the API token'] : []),
  ];
  if (generated.length > 0) print(`${generated.join(' and ')}: ${resolve(secretsFile(config.data_dir))}`);
  const entrance = hasOwnAsterisk
    ? `sip=${reachable(config.sip.host)}:${config.sip.port}`
    : `ari=${config.ari.url}`;
  print(`ready ${entrance} api=${apiUrl(config)}`);
}
