import * as z from 'zod';

/** What a number counts, where it counts something: messages about its limits say so. */
export const units = z.registry<{ readonly unit: string }>();

/** A whole number of something, within limits. */
export function count(unit: string, least: number, most: number): z.ZodInt {
  return z.int().min(least).max(most).register(units, { unit });
}

export function milliseconds(least: number, most: number): z.ZodInt {
  return count('milliseconds', least, most);
}

export function seconds(least: number, most: number): z.ZodInt {
  return count('seconds', least, most);
}
