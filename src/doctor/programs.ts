import { tcpPortProblem, udpPortProblem } from '../asterisk/port-problems.ts';
import type { Config } from '../config/config.ts';
import { isLoopback } from '../config/loopback.ts';
import { apiUrl } from '../config/reachable.ts';
import { storedSecrets } from '../config/secrets.ts';
import { whyNotFetched } from '../core/errors.ts';
import { asteriskFindings } from './asterisk.ts';
import { type Finding, good, problem } from './finding.ts';
import { type Listener, listenerFindings } from './listeners.ts';
import { trunkFindings } from './trunks.ts';

/** What was found of a program of ours, and whether it answers at all. */
interface Asked {
  readonly isUp: boolean;
  readonly findings: readonly Finding[];
}

/** Whether daemon and Asterisk are there, what they say, and whether somebody else has their ports. */
export async function programFindings(config: Config): Promise<readonly Finding[]> {
  const daemon = await askDaemon(config);
  const asterisk = await askAsterisk(config);
  const token = config.api.token ?? storedSecrets(config.data_dir)?.api_token;
  return [
    ...daemon.findings,
    ...(daemon.isUp ? await trunkFindings(apiUrl(config), token, config.sip.tls_ca) : []),
    ...asterisk.findings,
    ...listenerFindings([...(await ofApi(config, daemon.isUp)), ...(await ofPhones(config, asterisk.isUp))]),
  ];
}

async function askDaemon(config: Config): Promise<Asked> {
  const url = `${apiUrl(config)}/readyz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    if (!text.includes('"checks"')) {
      const why = 'ARIFLOW_API_PORT sets another port for ours';
      return { isUp: true, findings: [problem('daemon', `another program answers at ${url}: ${why}`)] };
    }
    const finding = response.ok
      ? good('daemon', `ready at ${apiUrl(config)}`)
      : problem('daemon', `not ready: ${text.slice(0, 500)}`);
    return { isUp: true, findings: [finding] };
  } catch (error) {
    const finding = problem('daemon', `does not answer at ${url}: ${whyNotFetched(error)}`);
    return { isUp: false, findings: [finding] };
  }
}

async function askAsterisk(config: Config): Promise<Asked> {
  const { url, user } = config.ari;
  const password = config.ari.password ?? storedSecrets(config.data_dir)?.ari_password;
  if (password === undefined)
    return { isUp: false, findings: [problem('Asterisk', 'no password: set ARIFLOW_ARI_PASSWORD')] };
  const where = { url: url.replace(/\/$/, ''), user, password };
  const findings = await asteriskFindings(where, config.codecs);
  return { isUp: findings.length > 1, findings };
}

async function ofApi({ api: { host, port } }: Config, isUp: boolean): Promise<readonly Listener[]> {
  if (isUp) return [];
  const at = { host, port, keys: 'ARIFLOW_API_PORT or ARIFLOW_API_HOST', isUp };
  return [await listener('TCP', 'API', at)];
}

/** Where Asterisk is on this machine. */
async function ofPhones({ sip, ari }: Config, isUp: boolean): Promise<readonly Listener[]> {
  if (!isLoopback(new URL(ari.url).hostname)) return [];
  const at = (port: number, keys: string) => ({ host: sip.host, port, keys, isUp });
  const found = [listener('UDP', 'SIP', at(sip.port, 'ARIFLOW_SIP_PORT or ARIFLOW_SIP_HOST'))];
  if (sip.tcp) found.push(listener('TCP', 'SIP', at(sip.port, 'ARIFLOW_SIP_TCP or ARIFLOW_SIP_PORT')));
  if (sip.wss_port !== undefined)
    found.push(listener('TCP', 'SIP over WebSocket', at(sip.wss_port, 'ARIFLOW_SIP_WSS_PORT')));
  return Promise.all(found);
}

interface At extends Omit<Listener, 'port' | 'problem'> {
  readonly host: string;
  readonly port: number;
}

async function listener(kind: 'TCP' | 'UDP', name: string, { host, port, ...rest }: At): Promise<Listener> {
  const findProblem = kind === 'TCP' ? tcpPortProblem : udpPortProblem;
  return { ...rest, port: `${name} port ${host}:${port} (${kind})`, problem: await findProblem(host, port) };
}
