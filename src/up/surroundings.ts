import { freeTcpPort, tcpPortProblem } from '../asterisk/port-problems.ts';
import { type Config, configFile, loadConfig, readConfigValues } from '../config/config.ts';
import { UpError } from './exit-codes.ts';

/** The configuration `up` works with, and the environment that makes the daemon read the same. */
export interface Surroundings {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Without ARIFLOW_ARI_URL the Asterisk is ours to bring up; with it, that one is used as it is. */
  readonly hasOwnAsterisk: boolean;
  /** Whether somebody has said where Asterisk dials the daemon. */
  readonly hasNamedListen: boolean;
  /** What names the other one: the variable, or the key of the file. */
  readonly ariNamedBy?: string;
}

const defaultAriUrl = 'http://127.0.0.1:8088/ari';

/** How the daemon and an Asterisk of our own find each other, unless somebody says otherwise. */
const ownTransport = 'inbound';

/** What may be reached from here besides the public Internet, unless somebody says otherwise: this machine. */
const loopbackDefaults = {
  ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8,::1',
  ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8,localhost',
};

/** @throws ConfigurationError */
export function surroundingsOf(given: NodeJS.ProcessEnv): Surroundings {
  const asGiven = loadConfig(given);
  const env = { ...given };
  for (const [name, value] of Object.entries(loopbackDefaults)) {
    if (!isGiven(name, given, asGiven)) env[name] = value;
  }
  const ariNamedBy = namedBy(given, asGiven);
  if (ariNamedBy === undefined && !isNamed('transport', given)) env.ARIFLOW_ARI_TRANSPORT = ownTransport;
  if (ariNamedBy === undefined && asGiven.console && !isSaid('webrtc', given)) env.ARIFLOW_WEBRTC = 'on';
  const hasNamedListen = isNamed('listen', given);
  if (!hasNamedListen) env.ARIFLOW_ARI_LISTEN = listenBeside(asGiven);
  return {
    config: loadConfig(env),
    env,
    hasOwnAsterisk: ariNamedBy === undefined,
    hasNamedListen,
    ...(ariNamedBy !== undefined && { ariNamedBy }),
  };
}

/** Where Asterisk dials the daemon, at a port that is named for nothing else. */
function listenBeside({ api, ari, sip }: Config): string {
  const { host } = ari.listen;
  let { port } = ari.listen;
  while ([api.port, ari.port, sip.wss_port].includes(port)) port++;
  return `${host}:${port}`;
}

function namedBy(given: NodeJS.ProcessEnv, { ari }: Config): string | undefined {
  const variable = ['ARIFLOW_ARI_URL', 'ARIFLOW_ARI_URL_FILE'].find((name) => given[name] !== undefined);
  if (variable !== undefined) return variable;
  return ari.port === undefined && ari.url !== defaultAriUrl ? `ari.url in ${configFile(given)}` : undefined;
}

/** ARI is between the two of us: where its usual port is taken and no other is named, any does. */
export async function withFreeAriPort(
  surroundings: Surroundings,
  print: (line: string) => void,
): Promise<Surroundings> {
  const { hostname, port } = new URL(defaultAriUrl);
  if (surroundings.config.ari.port !== undefined) return surroundings;
  if ((await tcpPortProblem(hostname, Number(port))) === undefined) return surroundings;
  const free = await freeTcpPort(hostname);
  print(`ARI port ${port} is in use: taking ${free}`);
  const env = { ...surroundings.env, ARIFLOW_ARI_URL: defaultAriUrl.replace(port, String(free)) };
  return { ...surroundings, env, config: loadConfig(env) };
}

/** The daemon waits there for Asterisk: where nobody has said where, any port does as well. @throws UpError */
export async function withListeningPort(
  surroundings: Surroundings,
  print: (line: string) => void,
): Promise<Surroundings> {
  const { transport, listen } = surroundings.config.ari;
  const problem = transport === 'inbound' ? await tcpPortProblem(listen.host, listen.port) : undefined;
  if (problem === undefined) return surroundings;
  const where = `port ${listen.host}:${listen.port} (TCP), where Asterisk dials the daemon,`;
  if (!surroundings.hasOwnAsterisk || surroundings.hasNamedListen)
    throw new UpError(`${where} ${problem}: stop what uses it, or set another ARIFLOW_ARI_LISTEN`);
  const free = await freeTcpPort(listen.host);
  print(`${where} ${problem}: taking ${free}`);
  const env = { ...surroundings.env, ARIFLOW_ARI_LISTEN: `${listen.host}:${free}` };
  return { ...surroundings, env, config: loadConfig(env) };
}

/** Whether environment or file say that key. */
function isSaid(key: string, env: NodeJS.ProcessEnv): boolean {
  return readConfigValues(env)[key] !== undefined;
}

/** Whether environment or file say that key of `ari`. */
function isNamed(key: 'transport' | 'listen', env: NodeJS.ProcessEnv): boolean {
  const { [key]: value } = (readConfigValues(env).ari ?? {}) as Readonly<Record<string, unknown>>; // what was loaded once
  return value !== undefined;
}

function isGiven(name: string, env: NodeJS.ProcessEnv, config: Config): boolean {
  if (env[name] !== undefined || env[`${name}_FILE`] !== undefined) return true;
  const [section, key] = name.replace('ARIFLOW_', '').toLowerCase().split('_');
  const values = Object.entries(config).find(([entry]) => entry === section)?.[1];
  const list: unknown = Object.entries(values ?? {}).find(([entry]) => entry === key)?.[1];
  return Array.isArray(list) && list.length > 0;
}
