import * as z from 'zod';
import type { Address } from '../calls/address.ts';
import type { ActionCode } from '../core/action-codes.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { CallActionContext } from '../flows/action.ts';

/** Whom to ring, and how. */
export interface Whom {
  readonly destinations: readonly (Address & { readonly delay?: number })[];
  readonly method: 'ringall' | 'linear';
}

const written = z.object({
  destinations: z.array(z.custom<Whom['destinations'][number]>()).readonly(),
  method: z.enum(['ringall', 'linear']),
  /** Since when they are rung. */
  since: z.number(),
  /** Those that could not be called, by their places among them, and why. */
  refused: z
    .array(z.object({ place: z.int(), code: z.custom<ActionCode>(), message: z.string() }))
    .readonly()
    .default([]),
  /** The call of whoever has answered, and since when they talk. */
  answeredBy: z.string().optional(),
  began: z.number().optional(),
});

type Written = z.output<typeof written>;

/** How far a connect has come: all that it cannot learn from its legs, whose ids it knows. */
export class ConnectProgress {
  /** Whether a daemon that died has begun it. */
  readonly isAgain: boolean;
  readonly #context: CallActionContext;
  #at: Written;

  private constructor(context: CallActionContext, at: Written, isAgain: boolean) {
    this.#context = context;
    this.#at = at;
    this.isAgain = isAgain;
  }

  /** `find` is asked once, and not again after a kill. @throws ActionError `NO_ADDRESS`, and as `find` does */
  static async begin(context: CallActionContext, find: () => Promise<Whom>): Promise<ConnectProgress> {
    const left = context.left(written);
    if (left) return new ConnectProgress(context, left, true);
    const { destinations, method } = await find();
    if (destinations.length === 0) throw new ActionError('NO_ADDRESS', 'there is no address to call');
    const at = { destinations, method, since: now(), refused: [] };
    context.keep(at);
    return new ConnectProgress(context, at, false);
  }

  get at(): Written {
    return this.#at;
  }

  note(change: Partial<Written>): void {
    this.#at = { ...this.#at, ...change };
    this.#context.keep(this.#at);
  }
}
