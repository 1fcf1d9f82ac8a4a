import { isWrittenNumber } from '../../core/exact-json.ts';

/** Variables to set, in order. */
export type Assignments = readonly (readonly [name: string, value: string])[];

/** Phonon's number of items of an array that become variables. */
export const mostItems = 20;

/**
 * What a value of a reply becomes: an array `name_1 … name_20` and `name_size` (its real length), an object its JSON text,
 * anything else its text, a number as it is written. What is missing or null sets nothing.
 */
export function assignmentsOf(name: string, value: unknown): Assignments {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [[name, textOf(value)]];
  const items = value.slice(0, mostItems).flatMap((item: unknown, index): [string, string][] => {
    const isThere = item !== undefined && item !== null;
    return isThere ? [[`${name}_${index + 1}`, textOf(item)]] : [];
  });
  return [...items, [`${name}_size`, String(value.length)]];
}

function textOf(value: unknown): string {
  if (isWrittenNumber(value)) return value.rawJSON;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
