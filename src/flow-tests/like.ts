import type { Address, Like } from './grammar.ts';
import { find } from './pattern.ts';

/** Where in a text it is, and where that ends; nothing where it is not. @throws PatternOverrun */
export function findLike(wanted: Like, text: string): readonly [start: number, end: number] | undefined {
  if (typeof wanted !== 'string') return find(wanted.matches, text);
  const start = text.indexOf(wanted);
  return start < 0 ? undefined : [start, start + wanted.length];
}

/** For people. */
export function likeText(wanted: Like): string {
  return typeof wanted === 'string' ? JSON.stringify(wanted) : `/${wanted.matches}/`;
}

/** Whether a request goes there. */
export function isTo(
  { method, url }: Address,
  request: { readonly method: string; readonly url: string },
): boolean {
  return (method === undefined || method === request.method) && isUrlLike(url, request.url);
}

/** Only the stars mean something; the first place where the next part fits will do, so it takes no longer for a longer URL. */
function isUrlLike(pattern: string, url: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return url === first;
  if (!url.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = url.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return url.length - last.length >= at && url.endsWith(last);
}
