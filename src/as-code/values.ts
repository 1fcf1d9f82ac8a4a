import { zeroId } from '../core/clock.ts';

/** Any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** What stands in answers where a secret is. */
export const hidden = '********';

/** Where in a value a secret is hidden, as a text or in a URL. */
export function hiddenIn(value: unknown, at = ''): readonly string[] {
  if (typeof value === 'string') return value === hidden || isHidingUrl(value) ? [at] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => hiddenIn(item, `${at}[${index}]`));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => hiddenIn(child, at === '' ? key : `${at}.${key}`));
}

function isHidingUrl(text: string): boolean {
  return /^(https?|wss?):/i.test(text) && text.includes(hidden);
}

/**
 * How what stands in a place is compared. `settings`: what is not named stays as it is, and a secret is not shown. `action`: the
 * daemon gives it an id, and what leads nowhere. `option`: every key is the user's.
 */
type Place = 'settings' | 'action' | 'option';

/** Whether what is there is what is wanted. A secret that is hidden is taken for the one that is wanted. */
export function isAsWanted(wanted: unknown, there: unknown, place: Place = 'settings'): boolean {
  if (there === hidden) return true;
  if (Array.isArray(wanted))
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((item, index) => isAsWanted(item, there[index], place))
    );
  if (!isFields(wanted)) return wanted === there || hidesMore(wanted, there);
  if (!isFields(there)) return false;
  const others = Object.entries(there).filter(([key]) => !(key in wanted));
  return (
    Object.entries(wanted).every(([key, value]) =>
      key in there ? isAsWanted(value, there[key], inside(place, key)) : place === 'settings',
    ) && others.every(([key, value]) => mayBeMore(place, key, value))
  );
}

/** Where in an action, or in what holds actions, a key leads. */
export function inside(place: Place, key: string): Place {
  if (key === 'actions') return 'action';
  return place === 'action' && key === 'option' ? 'option' : place;
}

function mayBeMore(place: Place, key: string, value: unknown): boolean {
  if (place === 'settings') return true;
  return place === 'action' && (key === 'id' || isBlank(value));
}

/** A URL with a password, or with a secret in its query. */
function hidesMore(wanted: unknown, there: unknown): boolean {
  if (typeof wanted !== 'string' || typeof there !== 'string' || !there.includes(hidden)) return false;
  const [first = '', ...parts] = there.split(hidden);
  const end = parts.pop() ?? '';
  let at = first.length;
  for (const part of parts) {
    const next = wanted.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return wanted.startsWith(first) && wanted.endsWith(end) && wanted.length >= at + end.length;
}

function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isFields(value)) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false || value === zeroId;
}
