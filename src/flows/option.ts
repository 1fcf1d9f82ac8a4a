import type * as z from 'zod';
import { ActionError, type Problem } from '../core/errors.ts';
import { misfitsOf, wording } from '../core/misfits.ts';
import type { Action } from './action.ts';
import { hasPlaceholder, type Substituted } from './substitute.ts';

type OptionJson = Readonly<Record<string, unknown>>;

/** `['target_ids', '1']` → `target_ids.1`, `['items', 0]` → `items[0]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** What is wrong with an option as written. Where a placeholder stands, its value is checked when the action runs. */
export function checkOption(action: Action, option: OptionJson): Problem[] {
  const result = action.option.safeParse(option, wording);
  if (result.success) return [];
  return problemsOf({ issues: result.error.issues.filter(({ path }) => !hasPlaceholder(at(option, path))) });
}

/**
 * The parsed option of an action about to run, its values substituted.
 * @throws ActionError `INVALID_OPTION` naming every problem.
 */
export function parseOption(action: Action, { option, wholes, empty }: Substituted): unknown {
  const first = action.option.safeParse(option, wording);
  if (first.success) return first.data;
  // A lone placeholder may stand for a number or a boolean: try those where the text does not fit.
  let typed: unknown = option;
  for (const { path } of first.error.issues) if (wholes.has(pathText(path))) typed = retype(typed, path);
  const second = action.option.safeParse(typed, wording);
  if (second.success) return second.data;
  const problems = second.error.issues.flatMap((issue) => {
    // What is wrong between several fields stands at one of them, and may come of another.
    const others = issue.code === 'custom' ? [...empty.values()].flat() : [];
    return problemsOf({ issues: [issue] }).map(
      ({ path, message }) => `${path}: ${message}${withoutValue(new Set(empty.get(path) ?? others))}`,
    );
  });
  throw new ActionError('INVALID_OPTION', problems.join('; '));
}

/** What a fault ends with that comes of variables without a value: `, name has no value`; or nothing. */
export function withoutValue(names: Iterable<string>): string {
  const all = [...names].slice(0, 5);
  if (all.length === 0) return '';
  return `: ${all.map((name) => `\`${name}\``).join(', ')} ${all.length === 1 ? 'has' : 'have'} no value`;
}

/** zod's issues as problems; a key that must not be there is named itself. */
export function problemsOf({ issues }: Pick<z.ZodError, 'issues'>): Problem[] {
  return misfitsOf({ issues }).map(({ path, message }) => ({ path: pathText(path), message }));
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((found, key) => (isObject(found) ? found[key] : undefined), value);
}

function retype(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined) return typed(value);
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? retype(item, rest) : item));
  return isObject(value) ? { ...value, [key]: retype(value[key], rest) } : value;
}

function typed(value: unknown): unknown {
  if (value === 'true') return true;
  if (value === 'false') return false;
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
