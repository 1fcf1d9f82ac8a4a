import { isIP } from 'node:net';
import type { Config } from './config.ts';

/** A listening address as one may dial it from this machine, ready for a URL. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}

export function apiUrl({ api }: Config): string {
  return `http://${reachable(api.host)}:${api.port}`;
}

/** What links that are handed out begin with. */
export function publicUrl(config: Config): string {
  return (config.public_url ?? apiUrl(config)).replace(/\/$/, '');
}
