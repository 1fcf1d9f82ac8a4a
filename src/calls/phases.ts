import * as z from 'zod';
import type { IdOf } from '../ari/ids.ts';
import type { Notes } from './notes.ts';

/** What an action does at a time: with ids and notes of its own. */
export interface Phase extends Notes {
  readonly id: IdOf;
}

const count = z.int().nonnegative();

/**
 * An action of several phases, one after the other: each is given where the action is, and answers where it goes on. That is written
 * down with what the phase notes of itself, so that an action begun again is in the phase that it was in.
 */
export async function inPhases<S>(
  { id, keep, left }: Phase,
  { form, first }: { readonly form: z.ZodType<S>; readonly first: S },
  run: (at: S, phase: Phase) => Promise<S | undefined>,
): Promise<void> {
  const before = left(z.object({ at: form, count, inner: z.unknown().optional() }));
  let at: S | undefined = before?.at ?? first;
  let inner = before?.inner;
  for (let number = before?.count ?? 0; at !== undefined; number++, inner = undefined) {
    at = await run(at, phaseOf(at, number, inner));
    if (at !== undefined) keep({ at, count: number + 1 });
  }

  function phaseOf(here: S, number: number, noted: unknown): Phase {
    return {
      id: (kind, ...key) => id(kind, number, ...key),
      keep: (progress) => keep({ at: here, count: number, inner: progress }),
      left: (schema) => schema.safeParse(noted).data,
    };
  }
}
