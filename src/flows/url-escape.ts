import type { Escape } from './substitute.ts';

/**
 * How values are written into a URL: percent-encoded, so that none adds a path, a parameter or another host. A text that is
 * one placeholder and nothing else has a URL as its value, which is one already.
 */
export function urlEscape(path: string, key: string, option: Readonly<Record<string, unknown>>): Escape {
  if (path !== key) return 'none';
  const written = option[key];
  return typeof written === 'string' && /^\$\{[^}]{1,128}\}$/.test(written) ? 'none' : 'url';
}
