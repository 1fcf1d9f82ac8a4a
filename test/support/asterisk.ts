import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AsteriskProcess, startAsterisk } from '../../src/asterisk/asterisk-process.ts';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { tcpPortProblem, udpPortProblem } from '../../src/asterisk/port-problems.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { loadSecrets, type Secrets } from '../../src/config/secrets.ts';
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  signalProcess,
} from '../../src/core/process-identity.ts';

export interface TestAsteriskOptions {
  /** How many calls it is to have ports for; 248. */
  readonly calls?: number;
  /** More of the configuration, as `ARIFLOW_…`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real Asterisk with ports and a data directory of its own; several may run side by side. */
export interface TestAsterisk extends AsyncDisposable {
  readonly ariUrl: string;
  readonly ariUser: string;
  readonly ariPassword: string;
  readonly sipPort: number;
  readonly config: Config;
  readonly secrets: Secrets;
  readonly dataDir: string;
  /** The environment with which `loadConfig` makes the same configuration: for a daemon of its own process. */
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  /** The text of Asterisk's log: warnings and errors since the first start. */
  log(): string;
  /** Its lines, without the start banner and those that one of the patterns expects. */
  unexpectedLogLines(...expected: RegExp[]): string[];
  /** A command of Asterisk's console, such as `core show channels`. */
  cli(command: string): Promise<string>;
  /** SIGKILL, as a crash would have it. `restart` brings it back. */
  kill(): Promise<void>;
  /** Ends it, where it runs, and starts it again with the same ports and data. */
  restart(): Promise<void>;
  /** Ends it and removes its data directory. */
  stop(): Promise<void>;
}

const startTimeout = 60_000;
const stopGrace = 5_000;
const prefix = 'ariflow-asterisk-';

/** Four ports each are on the safe side; two of them are used. */
const callsOfBlock = 248;

/** Installs Asterisk and SIPp where they are missing (once per checkout), and starts an Asterisk for tests. */
export async function startTestAsterisk(options: TestAsteriskOptions = {}): Promise<TestAsterisk> {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(dataDir, 'owner.json'), JSON.stringify(identityOf(process.pid)));
  const ports = await reservePorts(Math.ceil((options.calls ?? 1) / callsOfBlock));
  const env = {
    ARIFLOW_DATA_DIR: dataDir,
    ARIFLOW_ARI_URL: `http://127.0.0.1:${ports.ari}/ari`,
    ARIFLOW_SIP_PORT: String(ports.sip),
    ARIFLOW_RTP_PORTS: ports.rtp,
    ...options.env,
  };
  const config = loadConfig(env, join(dataDir, 'ariflow.yaml'));
  const running = await runningAsterisk(config, loadSecrets(dataDir));
  return testAsterisk(config, env, running, ports.reservations);
}

/** Keeps one Asterisk of a configuration alive, killed with this process at the latest. */
async function runningAsterisk(config: Config, secrets: Secrets) {
  let current: AsteriskProcess | undefined;
  const endWithUs = (): void => {
    const identity = current && identityOf(current.pid);
    if (identity) signalProcess(identity, 'SIGKILL');
  };
  const start = async (): Promise<void> => {
    const onPid = (pid: number): void =>
      writeFileSync(join(config.data_dir, 'asterisk.json'), JSON.stringify(identityOf(pid)));
    current = await startAsterisk({ config, secrets, onPid }, AbortSignal.timeout(startTimeout));
  };
  const end = async (graceMs: number): Promise<void> => {
    await current?.stop(graceMs);
  };
  process.once('exit', endWithUs);
  await start();
  const now = (): AsteriskProcess => {
    if (!current) throw new Error('Asterisk is not running');
    return current;
  };
  return { secrets, start, end, now, forget: () => process.off('exit', endWithUs) };
}

function testAsterisk(
  config: Config,
  env: Readonly<Record<string, string>>,
  running: Awaited<ReturnType<typeof runningAsterisk>>,
  reservations: readonly Socket[],
): TestAsterisk {
  const log = (): string => readFileSync(running.now().logFile, 'utf8');
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await running.end(stopGrace);
    running.forget();
    for (const socket of reservations) socket.close();
    rmSync(config.data_dir, { recursive: true, force: true });
  };
  return {
    ariUrl: config.ari.url,
    ariUser: config.ari.user,
    ariPassword: config.ari.password ?? running.secrets.ari_password,
    sipPort: config.sip.port,
    config,
    secrets: running.secrets,
    dataDir: config.data_dir,
    env,
    get pid() {
      return running.now().pid;
    },
    log,
    unexpectedLogLines: (...expected) =>
      log()
        .split('\n')
        .filter(
          (line) => /\b(WARNING|ERROR)\[/.test(line) && !expected.some((pattern) => pattern.test(line)),
        ),
    cli: (command) => running.now().cli(command),
    kill: () => running.end(0),
    restart: async () => {
      await running.end(stopGrace);
      await running.start();
    },
    stop: () => (stopping ??= stop()),
    [Symbol.asyncDispose]: () => (stopping ??= stop()),
  };
}

/**
 * Blocks of ports, one behind the other, below the ones the system hands out and above those of RTP in a fresh installation. Whoever holds a block's first UDP port owns the
 * block, so test processes side by side never share one.
 */
async function reservePorts(
  blocks: number,
): Promise<{ sip: number; ari: number; rtp: string; reservations: readonly Socket[] }> {
  for (let first = 20_000; first + blocks * 1_000 <= 32_000; first += 1_000) {
    const reservations = await bindAll(Array.from({ length: blocks }, (_, block) => first + block * 1_000));
    if (!reservations) continue;
    const [sip, ari] = [first + 2, first + 3];
    const problem = (await udpPortProblem('127.0.0.1', sip)) ?? (await tcpPortProblem('127.0.0.1', ari));
    if (problem === undefined) {
      return { sip, ari, rtp: `${first + 4}-${first + blocks * 1_000 - 1}`, reservations };
    }
    for (const socket of reservations) socket.close();
  }
  throw new Error('no block of ports is free: are there leftover test processes?');
}

/** All of them, or none. */
async function bindAll(ports: readonly number[]): Promise<readonly Socket[] | undefined> {
  const bound: Socket[] = [];
  for (const port of ports) {
    const socket = await bind(port);
    if (socket) bound.push(socket);
    else {
      for (const other of bound) other.close();
      return undefined;
    }
  }
  return bound;
}

function bind(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4').unref();
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => resolve(socket));
  });
}

/** What a test process that was killed could not take with it. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const directory = join(tmpdir(), name);
    const owner = readIdentity(join(directory, 'owner.json'));
    if (!owner || isRunning(owner)) continue;
    const asterisk = readIdentity(join(directory, 'asterisk.json'));
    if (asterisk) signalProcess(asterisk, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity; // written by a run of this file
  } catch {
    return undefined;
  }
}
