import { tcpPortProblem, udpPortProblem } from '../asterisk/ports.ts';
import { UpError } from './problems.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Finds out before anything is started whether the ports are ours to take.
 * @throws UpError naming the port and the setting.
 */
export async function checkPorts({ config, hasOwnAsterisk }: Surroundings): Promise<void> {
  const { sip, api } = config;
  const sipProblem = hasOwnAsterisk ? await udpPortProblem(sip.host, sip.port) : undefined;
  if (sipProblem !== undefined) {
    throw new UpError(
      `SIP port ${sip.host}:${sip.port} (UDP) ${sipProblem}: stop what uses it, or set ARIFLOW_SIP_PORT or ARIFLOW_SIP_HOST`,
    );
  }
  const apiProblem = await tcpPortProblem(api.host, api.port);
  if (apiProblem !== undefined) {
    throw new UpError(
      `API port ${api.host}:${api.port} (TCP) ${apiProblem}: stop what uses it, or set ARIFLOW_API_PORT or ARIFLOW_API_HOST`,
    );
  }
}
