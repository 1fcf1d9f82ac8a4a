import { tcpPortProblem, udpPortProblem } from '../asterisk/port-problems.ts';
import { UpError } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Finds out before anything is started whether the ports are ours to take.
 * @throws UpError naming the port and the setting.
 */
export async function checkPorts({ config, hasOwnAsterisk }: Surroundings): Promise<void> {
  const { sip, api, ari } = config;
  const sipProblem = hasOwnAsterisk ? await udpPortProblem(sip.host, sip.port) : undefined;
  if (sipProblem !== undefined) {
    throw new UpError(
      `SIP port ${sip.host}:${sip.port} (UDP) ${sipProblem}: stop what uses it, or set ARIFLOW_SIP_PORT or ARIFLOW_SIP_HOST`,
    );
  }
  const { hostname } = new URL(ari.url);
  const ariProblem =
    hasOwnAsterisk && ari.port !== undefined ? await tcpPortProblem(hostname, ari.port) : undefined;
  if (ariProblem !== undefined) {
    throw new UpError(
      `ARI port ${hostname}:${ari.port} (TCP) ${ariProblem}: stop what uses it, or set another ARIFLOW_ARI_PORT`,
    );
  }
  const apiProblem = await tcpPortProblem(api.host, api.port);
  if (apiProblem !== undefined) {
    throw new UpError(
      `API port ${api.host}:${api.port} (TCP) ${apiProblem}: stop what uses it, or set ARIFLOW_API_PORT or ARIFLOW_API_HOST`,
    );
  }
}
