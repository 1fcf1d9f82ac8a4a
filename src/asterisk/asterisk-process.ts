import { execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../config/config.ts';
import type { Secrets } from '../config/secrets.ts';
import { ConfigurationError } from '../core/errors.ts';
import { closedMask, directoryMode } from '../core/file-modes.ts';
import { asteriskRoot, libraryDir, localTool } from '../core/local-tool.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { orAbort } from '../core/wait.ts';
import { waitForAri } from './ari-ready.ts';
import type { AsteriskPlaces } from './config-values.ts';
import { asteriskMediaDir } from './config-values.ts';
import { pathWithSbin } from './install.ts';
import { keepSmall, logNames } from './log-files.ts';
import { describeExit, type OwnedProcess, startProcess } from './owned-process.ts';
import { udpPortProblem } from './port-problems.ts';
import { renderAsteriskConfig } from './render-config.ts';

export interface AsteriskOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Told the pid as soon as there is one, before Asterisk is ready. */
  readonly onPid?: (pid: number) => void;
}

/** An Asterisk of ours that answers on ARI. */
export interface AsteriskProcess extends OwnedProcess {
  /** Warnings and errors. */
  readonly logFile: string;
  /** Runs a command of Asterisk's console, such as `core show channels`, and answers what it prints. */
  cli(command: string): Promise<string>;
}

const readyTimeout = 30_000;

/** The directory of `data_dir` that holds Asterisk's configuration, log, registrations and control socket. */
export function asteriskHome(config: Config): string {
  return resolve(config.data_dir, 'asterisk');
}

/**
 * Writes the configuration and starts Asterisk as the user we are; returns once ARI answers.
 * @throws when it ends before that, or takes too long; nothing is left running then.
 */
export async function startAsterisk(options: AsteriskOptions, signal: AbortSignal): Promise<AsteriskProcess> {
  const { config, secrets } = options;
  const home = asteriskHome(config);
  const places = makePlaces(home);
  renderAsteriskConfig(join(home, 'etc'), config, secrets, places);
  makeDirectory(join(asteriskMediaDir(config), 'recording'), directoryMode);
  const output = join(home, 'log', logNames.console);
  const asterisk = await spawnAsterisk(home, output);
  options.onPid?.(asterisk.pid);
  const ended = asterisk.exited.then((exit) => {
    throw new Error(`Asterisk ended with ${describeExit(exit)}: ${lastLine(output)}`);
  });
  ended.catch(() => undefined);
  try {
    await orAbort(Promise.race([waitForAri(config, secrets, readyTimeout, signal), ended]), signal);
    await checkSipPort(config);
  } catch (error) {
    await asterisk.stop(0);
    throw error;
  }
  return {
    ...asterisk,
    logFile: join(home, 'log', logNames.messages),
    cli: (command) => runCli(home, command),
  };
}

/** Asterisk boots without its SIP port too, and says so in its log only. */
async function checkSipPort({ sip }: Config): Promise<void> {
  if ((await udpPortProblem(sip.host, sip.port)) === undefined) {
    throw new Error(`Asterisk could not open its SIP port ${sip.host}:${sip.port}`);
  }
}

async function spawnAsterisk(home: string, output: string): Promise<OwnedProcess> {
  const { command, args, env } = localTool('asterisk');
  for (const name of Object.values(logNames)) await keepSmall(join(home, 'log', name));
  const log = openSync(output, 'a', 0o600);
  try {
    const line = [command, ...args, '-f', '-C', join(home, 'etc', 'asterisk.conf')];
    return await startProcess('/bin/sh', ['-c', `umask ${octal(closedMask)} && exec "$0" "$@"`, ...line], {
      // glibc would keep an arena per thread and never give it back.
      env: { ...systemEnvironment(), ...env, HOME: home, MALLOC_ARENA_MAX: '4' },
      stdio: ['ignore', log, log],
      cwd: home,
    });
  } finally {
    closeSync(log);
  }
}

/** Passwords and tokens of ours stay out of Asterisk's environment. */
function systemEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TZ, LANG, TMPDIR } = pathWithSbin();
  return { PATH, TZ, LANG, TMPDIR };
}

function makePlaces(home: string): AsteriskPlaces {
  const runDir = join(home, 'run');
  // A socket's path has at most 107 bytes.
  if (Buffer.byteLength(join(runDir, 'asterisk.ctl')) > 107) {
    throw new ConfigurationError(`data_dir: ${home} is too long a path for Asterisk's control socket`);
  }
  const own = {
    configDir: join(home, 'etc'),
    stateDir: join(home, 'state'),
    runDir,
    logDir: join(home, 'log'),
  };
  for (const directory of Object.values(own)) makeDirectory(directory);
  const libraries = libraryDir();
  return {
    ...own,
    maxFiles: Math.min(65_536, hardFileLimit()),
    ...(libraries && {
      moduleDir: join(libraries, 'asterisk', 'modules'),
      sharedDir: join(asteriskRoot(), 'usr', 'share', 'asterisk'),
    }),
  };
}

function hardFileLimit(): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

async function runCli(home: string, line: string): Promise<string> {
  const { command, args } = localTool('asterisk');
  const conf = join(home, 'etc', 'asterisk.conf');
  const options = { env: { ...systemEnvironment(), HOME: home }, timeout: 10_000, maxBuffer: 16_000_000 };
  const { stdout } = await promisify(execFile)(command, [...args, '-C', conf, '-rx', line], options);
  return stdout;
}

function octal(mask: number): string {
  return mask.toString(8).padStart(4, '0');
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
}
