import * as z from 'zod';
import { Refusal } from '../as-code/refusal.ts';
import { loadConfig } from '../config/config.ts';
import { apiUrl } from '../config/reachable.ts';
import { storedSecrets } from '../config/secrets.ts';
import { now } from '../core/clock.ts';
import { whyNotFetched } from '../core/errors.ts';
import { sleep } from '../core/wait.ts';

const errorAnswer = z.object({
  error: z.object({
    message: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).catch([]),
  }),
});

const timeout = 10_000;
/** A sound of minutes is converted before the daemon answers, in its turn. */
const fileTimeout = 180_000;
/** Commands of many requests may come to the limit of their token. */
const mostWaiting = 120_000;

/** Asks the daemon. @throws Error that says what to do */
export function getFromApi(path: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  return ask(path, env, {});
}

/** Sends it something. @throws Error that says what to do */
export function postToApi(path: string, body: unknown, env: NodeJS.ProcessEnv): Promise<unknown> {
  return ask(path, env, { method: 'POST', body: JSON.stringify(body) });
}

/** Has it change something. @throws Error that says what to do */
export function putToApi(path: string, body: unknown, env: NodeJS.ProcessEnv): Promise<unknown> {
  return ask(path, env, { method: 'PUT', body: JSON.stringify(body) });
}

/** Hands it a file. @throws Error that says what to do */
export function uploadToApi(
  method: 'POST' | 'PUT',
  path: string,
  body: Uint8Array,
  env: NodeJS.ProcessEnv,
): Promise<unknown> {
  return ask(path, env, { method, body, isFile: true });
}

/** Asks it for a file. @throws Error that says what to do */
export async function downloadFromApi(path: string, env: NodeJS.ProcessEnv): Promise<Uint8Array> {
  return new Uint8Array(await (await answer(path, env, { isFile: true })).arrayBuffer());
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
async function ask(path: string, env: NodeJS.ProcessEnv, request: Asked): Promise<unknown> {
  return (await answer(path, env, request)).json().catch(() => undefined);
}

interface Asked {
  readonly method?: string;
  /** JSON, or a file. */
  readonly body?: string | Uint8Array;
  /** It takes its time. */
  readonly isFile?: boolean;
}

async function answer(
  path: string,
  env: NodeJS.ProcessEnv,
  { isFile = false, ...request }: Asked,
): Promise<Response> {
  const config = loadConfig(env);
  const base = (env.ARIFLOW_API_URL ?? apiUrl(config)).replace(/\/$/, '');
  const token = config.api.token ?? storedSecrets(config.data_dir)?.api_token;
  if (token === undefined)
    throw new Error('no token: set ARIFLOW_API_TOKEN, or ARIFLOW_DATA_DIR to where the daemon keeps its own');
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(request.body !== undefined && {
      'content-type': typeof request.body === 'string' ? 'application/json' : 'application/octet-stream',
    }),
  };
  const asked = { ...(request as RequestInit), headers };
  const patience = isFile ? fileTimeout : timeout;
  const response = await answerOf(`${base}${path}`, asked, patience).catch((cause: unknown) => {
    throw new Error(`cannot reach ${base}: ${whyNotFetched(cause)}`, { cause });
  });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const { message, details } = errorAnswer.safeParse(body).data?.error ?? {
    message: 'no answer of ariflow',
    details: [],
  };
  const others = details.filter(({ message: said }) => !message.includes(said));
  const more = others.map((each) => `${each.path}: ${each.message}`).join('; ');
  const text = `${base} answers ${response.status}: ${message}${more && ` (${more})`}`;
  throw new Refusal(text, { status: response.status, details });
}

/** Waits where the daemon says that there were too many requests, as it does for as long as a minute. */
async function answerOf(url: string, request: RequestInit, patience: number): Promise<Response> {
  for (const until = now() + mostWaiting; ; ) {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(patience) });
    const wait = Number(response.headers.get('retry-after') ?? Number.NaN) * 1_000;
    if (response.status !== 429 || Number.isNaN(wait) || now() + wait > until) return response;
    await response.body?.cancel();
    await sleep(Math.max(100, wait), AbortSignal.timeout(2 * mostWaiting));
  }
}
