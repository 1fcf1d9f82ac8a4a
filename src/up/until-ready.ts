import type { Config } from '../config/config.ts';
import { apiUrl } from '../config/reachable.ts';
import { orAbort, sleep } from '../core/wait.ts';

const pollEvery = 50;

/** Waits until the daemon can take calls: `GET /readyz` answers 200. Rejects with the signal's reason. */
export async function waitUntilReady(config: Config, signal: AbortSignal): Promise<void> {
  const url = `${apiUrl(config)}/readyz`;
  while ((await orAbort(statusOf(url), signal)) !== 200) await sleep(pollEvery, signal);
}

async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
