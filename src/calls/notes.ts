import type * as z from 'zod';

/** What an action writes down of itself, and finds again where a daemon that died has begun it. */
export interface Notes {
  /** In place of what was written before; as JSON. */
  keep(progress: unknown): void;
  /** Nothing where it begins, or where what was written is not of this form. */
  left<T>(schema: z.ZodType<T>): T | undefined;
}
