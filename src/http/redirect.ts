import { pathAsWritten } from '../core/url-as-written.ts';
import type { AddressPolicy } from './address-policy.ts';
import { HttpError } from './http-error.ts';

/** One request on the wire; a redirect makes the next. */
export interface Hop {
  readonly url: URL;
  /** With its query, as it is sent. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** Headers that belong to the origin they were given for. */
const credentials = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'webhook-signature',
  'x-voipbin-signature',
]);

export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * The hop a redirect asks for.
 * @throws HttpError when it leads where we do not go.
 */
export function follow(hop: Hop, status: number, location: string, policy: AddressPolicy): Hop {
  const target = URL.parse(location, hop.url.href);
  if (!target) throw new HttpError('invalid', 'the redirect names no URL');
  const checked = policy.checkUrl(target.href);
  if ('problem' in checked) throw new HttpError(checked.code, `the redirect ${checked.problem}`);
  const { url } = checked;
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new HttpError('blocked', 'the redirect leads from https: to http:');
  }
  const path = pathAsWritten(url, location);
  const headers = Object.entries(hop.headers).filter(
    ([name]) => url.origin === hop.url.origin || !credentials.has(name.toLowerCase()),
  );
  return becomesGet(hop.method, status)
    ? {
        url,
        path,
        method: 'GET',
        headers: Object.fromEntries(headers.filter(([name]) => !/^content-/i.test(name))),
        body: undefined,
      }
    : { url, path, method: hop.method, headers: Object.fromEntries(headers), body: hop.body };
}

/** What browsers do (RFC 9110 15.4). */
function becomesGet(method: string, status: number): boolean {
  return status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST';
}
