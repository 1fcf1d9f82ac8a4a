import * as z from 'zod';
import { loadConfig } from '../config/config.ts';
import { apiUrl } from '../config/reachable.ts';
import { storedSecrets } from '../config/secrets.ts';
import { messageOf } from '../core/errors.ts';

const errorAnswer = z.object({ error: z.object({ message: z.string() }) });

const timeout = 10_000;

/** Asks the daemon. @throws Error that says what to do */
export function getFromApi(path: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  return ask(path, env, {});
}

/** Sends it something. @throws Error that says what to do */
export function postToApi(path: string, body: unknown, env: NodeJS.ProcessEnv): Promise<unknown> {
  return ask(path, env, { method: 'POST', body: JSON.stringify(body) });
}

/** Has it take something back. @throws Error that says what to do */
export function deleteFromApi(path: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  return ask(path, env, { method: 'DELETE' });
}

/**
 * Asks the daemon: at `ARIFLOW_API_URL`, or where the configuration says it listens; with `ARIFLOW_API_TOKEN`, or the
 * generated one of this machine.
 * @throws Error that says what to do.
 */
async function ask(
  path: string,
  env: NodeJS.ProcessEnv,
  request: { readonly method?: string; readonly body?: string },
): Promise<unknown> {
  const config = loadConfig(env);
  const base = (env.ARIFLOW_API_URL ?? apiUrl(config)).replace(/\/$/, '');
  const token = config.api.token ?? storedSecrets(config.data_dir)?.api_token;
  if (token === undefined)
    throw new Error('no token: set ARIFLOW_API_TOKEN, or ARIFLOW_DATA_DIR to where the daemon keeps its own');
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
  };
  const response = await fetch(`${base}${path}`, {
    ...request,
    headers,
    signal: AbortSignal.timeout(timeout),
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw new Error(`cannot reach ${base}: ${messageOf(reason)}`, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const message = errorAnswer.safeParse(body).data?.error.message ?? 'no answer of ariflow';
  throw new Error(`${base} answers ${response.status}: ${message}`);
}
