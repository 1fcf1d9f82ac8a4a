import * as z from 'zod';

/** How far the tries have come, target by target; a target of which nothing is said is due at once, for the first time. */
export const messageState = z.object({
  /** How many there have been. */
  tries: z.array(z.int().min(0)).default([]),
  /** When the next one is, in milliseconds since 1970. */
  due: z.array(z.number()).default([]),
});

export type MessageState = z.output<typeof messageState>;
