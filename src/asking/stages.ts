import * as z from 'zod';
import type { Notes } from '../calls/notes.ts';

const whole = z.object({ at: z.unknown(), inner: z.unknown().optional() });

/**
 * Notes of what does one thing after another: where it is, and around that what the thing itself writes down, which is forgotten
 * with the next one. Begun again after a kill it is where it was, and finds what that had written.
 */
export class Stages<S> {
  /** Of what it does now. */
  readonly notes: Notes;
  readonly #outer: Notes;
  #at: S;
  #left: unknown;

  constructor(outer: Notes, schema: z.ZodType<S>, first: S) {
    const left = outer.left(whole);
    const at = schema.safeParse(left?.at);
    this.#outer = outer;
    this.#at = at.success ? at.data : first;
    this.#left = at.success ? left?.inner : undefined;
    this.notes = {
      keep: (inner) => this.#keep(inner),
      left: (form) => form.safeParse(this.#left).data,
    };
  }

  get at(): S {
    return this.#at;
  }

  /** On with the next thing. */
  go(at: S): void {
    this.#at = at;
    this.#keep(undefined);
  }

  #keep(inner: unknown): void {
    this.#left = inner;
    this.#outer.keep({ at: this.#at, inner });
  }
}
