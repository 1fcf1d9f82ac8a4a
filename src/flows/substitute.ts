import { ActionError } from '../core/errors.ts';
import { mapValues } from './secrets.ts';

/** How a value is written into the text around its placeholder. */
export type Escape = 'none' | 'xml' | 'json' | 'url' | 'form';

/** A path into an option, `headers[0].value`. */
export type OptionPath = string;

export interface Substituted {
  readonly option: Readonly<Record<string, unknown>>;
  /** Where the text was exactly one placeholder: such a value may fill a number or a boolean. */
  readonly wholes: ReadonlySet<OptionPath>;
  /** The variables that had no value, by where they stand. */
  readonly empty: ReadonlyMap<OptionPath, readonly string[]>;
}

const longestResult = 65_536;
/** Of all texts of one option with their values: a thousand placeholders of 64 KiB are one value in memory, but not in an event. */
const longestTotal = 262_144;

/** Does this text have a `${name}`? */
export function hasPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && /\$\{[^}]{1,128}\}/.test(value);
}

/** The names in all texts of an option that substitution would look at. */
export function placeholders(value: unknown): string[] {
  if (typeof value === 'string')
    return !value.includes('${')
      ? []
      : [...value.matchAll(/\$\{([^}]{1,128})\}/g)].map((match) => match[1] ?? '');
  if (Array.isArray(value)) return value.flatMap(placeholders);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => (key === 'actions' ? [] : placeholders(child)));
}

/**
 * Replaces every `${name}` in the texts of an option, once: what a value says is never read again. Nested `actions` are
 * left alone; they belong to whoever runs them.
 * @throws ActionError `SUBSTITUTION_TOO_LONG` where a text would grow over 64 KiB, or all of them together over 256 KiB.
 */
export function substitute(
  option: Readonly<Record<string, unknown>>,
  lookUp: (name: string) => string,
  escaping: (path: OptionPath) => Escape = () => 'none',
): Substituted {
  const wholes = new Set<OptionPath>();
  const empty = new Map<OptionPath, readonly string[]>();
  let total = 0;
  const visit = (value: unknown, path: OptionPath): unknown => {
    if (typeof value === 'string') {
      if (!value.includes('${')) return value;
      if (/^\$\{[^}]{1,128}\}$/.test(value)) wholes.add(path);
      const missing = new Set<string>();
      const filled = fill(value, noting(lookUp, missing), escaping(path));
      if (missing.size > 0) empty.set(path, [...missing]);
      total += filled.length;
      if (total > longestTotal)
        throw new ActionError('SUBSTITUTION_TOO_LONG', 'an option with its values is over 256 KiB');
      return filled;
    }
    if (Array.isArray(value)) return value.map((item, index) => visit(item, `${path}[${index}]`));
    if (!isObject(value)) return value;
    return mapValues(value, (child, key) =>
      key === 'actions' ? child : visit(child, path === '' ? key : `${path}.${key}`),
    );
  };
  return {
    option: mapValues(option, (child, key) => (key === 'actions' ? child : visit(child, key))),
    wholes,
    empty,
  };
}

/** The same, and of whatever has no value its name goes into `missing`. */
function noting(lookUp: (name: string) => string, missing: Set<string>): (name: string) => string {
  return (name) => {
    const value = lookUp(name);
    if (value === '') missing.add(name);
    return value;
  };
}

function fill(text: string, lookUp: (name: string) => string, how: Escape): string {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(/\$\{([^}]{1,128})\}/g)) {
    result += text.slice(end, match.index) + escaped(lookUp(match[1] ?? ''), how);
    end = match.index + match[0].length;
    if (result.length > longestResult)
      throw new ActionError('SUBSTITUTION_TOO_LONG', 'a text with its values is over 64 KiB');
  }
  result += text.slice(end);
  if (result.length > longestResult)
    throw new ActionError('SUBSTITUTION_TOO_LONG', 'a text with its values is over 64 KiB');
  return result;
}

function escaped(value: string, how: Escape): string {
  switch (how) {
    case 'none':
      return value;
    case 'xml':
      return value.replace(/[<>&'"]/g, (character) => `&#${character.charCodeAt(0)};`);
    case 'json':
      return JSON.stringify(value).slice(1, -1);
    case 'url':
      return encodeURIComponent(value.toWellFormed());
    case 'form':
      return encodeURIComponent(value.toWellFormed()).replaceAll('%20', '+');
    default:
      return how satisfies never;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
