import { now } from '../core/clock.ts';
import { within } from '../core/wait.ts';
import type { PhoneHold } from './phone-hold.ts';

/**
 * A watch for what the user of a phone is to do in a given time: it stands still while the phone holds its call. When it is
 * made it shows `now()`, so an instant of it is one of `now()` as long as nobody holds.
 */
export class UserTime {
  readonly #hold: PhoneHold;
  readonly heldBefore: number;

  /** `heldBefore` is how long the call had been held by then; of one that was made before, what it had been. */
  constructor(hold: PhoneHold, heldBefore: number = hold.spent) {
    this.#hold = hold;
    this.heldBefore = heldBefore;
  }

  get now(): number {
    return now() - (this.#hold.spent - this.heldBefore);
  }

  /** As `within` of `core/wait.ts`, by this watch. */
  readonly within = async <T>(
    promise: Promise<T>,
    ms: number,
    signal?: AbortSignal,
  ): Promise<T | undefined> => {
    const end = this.now + ms;
    const found = promise.then((value) => ({ value }));
    found.catch(() => undefined); // of whom the wait is over before
    for (;;) {
      const changed = Promise.withResolvers<undefined>();
      using _ = this.#hold.watch(() => changed.resolve(undefined));
      // The end of a hold is a change as well.
      const left = this.#hold.isAwaited ? forEver : end - this.now;
      if (left <= 0) return undefined;
      const first = await within(Promise.race([found, changed.promise]), left, signal);
      if (first) return first.value;
    }
  };
}

/** Longer than any hold is waited for. */
const forEver = 2_147_483_647;
