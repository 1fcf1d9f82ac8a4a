import { undici } from '../core/undici.ts';
import { AriError } from './transport.ts';

export interface MetricsPlace {
  /** Of ARI: what Asterisk counts is beside it. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** More than a busy Asterisk has to say. */
const mostCharacters = 4_194_304;

/** What Asterisk counts itself (`res_prometheus`), where it does. @throws AriError, and what a connection fails of */
export async function metricsOf({ url, user, password }: MetricsPlace, signal: AbortSignal): Promise<string> {
  const place = url.replace(/\/ari\/?$/, '');
  const { statusCode, body } = await undici().request(`${place}/metrics`, {
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    signal,
  });
  const text = await body.text();
  if (statusCode !== 200 || text.length > mostCharacters)
    throw new AriError(statusCode, 'Asterisk does not tell its metrics');
  return text;
}
