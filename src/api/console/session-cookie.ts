import type { FastifyRequest } from 'fastify';
import { sessionLife } from './sessions.ts';

/** Cookies know no ports: beside another daemon of the same machine each has its own. */
function nameOf({ headers }: FastifyRequest): string {
  const [, port = 'session'] = /:(\d+)$/.exec(headers.host ?? '') ?? [];
  return `ariflow_${port}`;
}

/** All that a browser shows: who has set one of the same name for another path takes nobody's session away. */
export function secretsIn(request: FastifyRequest): readonly string[] {
  const name = nameOf(request);
  return (request.headers.cookie ?? '').split(';').flatMap((pair) => {
    const [key = '', value = ''] = pair.trim().split('=', 2);
    return key === name && /^[\w-]{43}$/.test(value) ? [value] : [];
  });
}

/** No script sees it, and no other site's requests have it. */
export function cookieWith(request: FastifyRequest, secret: string): string {
  return `${attributesOf(request, secret)}; Max-Age=${sessionLife / 1_000}`;
}

export function noCookie(request: FastifyRequest): string {
  return `${attributesOf(request, '')}; Max-Age=0`;
}

/** What the browser calls the page says whether it came over TLS, also where that ends at a proxy. */
function attributesOf(request: FastifyRequest, value: string): string {
  const isSecure = /^https:/i.test(request.headers.origin ?? '');
  return `${nameOf(request)}=${value}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
