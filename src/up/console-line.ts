import * as z from 'zod';
import type { Config } from '../config/config.ts';
import { apiUrl } from '../config/reachable.ts';
import type { Secrets } from '../config/secrets.ts';

const made = z.object({ url: z.string() });
const patience = 5_000;

/** The link to the console of a daemon that is ready; where it gives none, how to get one. */
export async function consoleLine(config: Config, secrets: Secrets, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(`${apiUrl(config)}/v1.0/sessions/codes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${config.api.token ?? secrets.api_token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    });
    return `console ${made.parse(await response.json()).url}`;
  } catch {
    return 'console: `npx ariflow console` prints a link';
  }
}
