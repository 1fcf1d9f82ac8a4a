import { tcpPortProblem, udpPortProblem } from '../asterisk/port-problems.ts';
import { UpError } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';

type Where = Pick<Surroundings, 'config' | 'hasOwnAsterisk'>;

interface Wanted {
  readonly name: string;
  readonly kind: 'TCP' | 'UDP';
  readonly host: string;
  readonly port: number | undefined;
  /** What to set instead. */
  readonly instead: string;
}

/**
 * Finds out before anything is started whether the ports are ours to take.
 * @throws UpError naming the port and the setting.
 */
export async function checkPorts(surroundings: Where): Promise<void> {
  for (const { name, kind, host, port, instead } of portsOf(surroundings)) {
    if (port === undefined) continue;
    const problem = await (kind === 'UDP' ? udpPortProblem : tcpPortProblem)(host, port);
    if (problem !== undefined)
      throw new UpError(
        `${name} port ${host}:${port} (${kind}) ${problem}: stop what uses it, or set ${instead}`,
      );
  }
}

function portsOf({ config: { sip, api, ari }, hasOwnAsterisk }: Where): readonly Wanted[] {
  const { host, port, tcp, tls_cert, tls_port, wss_port } = sip;
  const { hostname } = new URL(ari.url);
  const tlsPort = tls_cert === undefined ? undefined : tls_port;
  const udp: Wanted = {
    ...{ name: 'SIP', kind: 'UDP', host, port },
    instead: 'ARIFLOW_SIP_PORT or ARIFLOW_SIP_HOST',
  };
  const asterisk: readonly Wanted[] = [
    udp,
    { ...udp, kind: 'TCP', port: tcp ? port : undefined },
    { name: 'SIP over TLS', kind: 'TCP', host, port: tlsPort, instead: 'ARIFLOW_SIP_TLS_PORT' },
    { name: 'SIP over WebSocket', kind: 'TCP', host, port: wss_port, instead: 'ARIFLOW_SIP_WSS_PORT' },
    { name: 'ARI', kind: 'TCP', host: hostname, port: ari.port, instead: 'another ARIFLOW_ARI_PORT' },
  ];
  const ours: Wanted = {
    ...{ name: 'API', kind: 'TCP', host: api.host, port: api.port },
    instead: 'ARIFLOW_API_PORT or ARIFLOW_API_HOST',
  };
  return [...(hasOwnAsterisk ? asterisk : []), ours];
}
