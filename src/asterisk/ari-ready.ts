import type { Config } from '../config/config.ts';
import type { Secrets } from '../config/secrets.ts';
import { orAbort, sleep } from '../core/wait.ts';

const pollEvery = 50;

/**
 * Waits until ARI answers; until Asterisk has booted it says 503, and before that nobody listens.
 * @throws when it does not within `ms`, or refuses the password: then somebody else's Asterisk has the port.
 */
export async function waitForAri(
  config: Config,
  secrets: Secrets,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const password = config.ari.password ?? secrets.ari_password;
  const headers = {
    authorization: `Basic ${Buffer.from(`${config.ari.user}:${password}`).toString('base64')}`,
  };
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    const status = await orAbort(ping(`${config.ari.url}/asterisk/ping`, headers), signal);
    if (status === 200) return;
    if (status === 401 || status === 403) throw new Error(`ARI at ${config.ari.url} refuses our password`);
    await sleep(pollEvery, signal);
  }
  throw new Error(`ARI at ${config.ari.url} did not answer within ${ms / 1_000} s`);
}

async function ping(url: string, headers: Record<string, string>): Promise<number> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
