import type { TokenScope } from '../storage/token-record.ts';

/** The scope it takes to ask a route, by its pattern: `GET /v1.0/flows/:id` → `read`. */
export function neededScope(method: string, route: string): TokenScope {
  if (/^\/v1\.0\/(tokens(\/|$)|sessions\/codes$)/.test(route)) return 'admin';
  if (/^\/v1\.0\/messages\/(inbound|[:{]id\}?\/status)$/.test(route)) return 'messages';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

/** Whoever may change things may see them. */
export function grants(scopes: readonly TokenScope[], needed: TokenScope): boolean {
  return scopes.includes(needed) || (needed === 'read' && scopes.includes('write'));
}
