import * as z from 'zod';
import { unseen } from '../core/unseen.ts';
import type { Call } from './call.ts';
import type { Notes } from './notes.ts';
import { UserTime } from './user-time.ts';

/** What is to be typed: times in milliseconds, missing ones without end; `length` 0: no limit. */
export interface TypingOption {
  readonly duration: number;
  readonly length: number;
  /** Any of these ends it. */
  readonly key: string;
  readonly allowed?: string | undefined;
  readonly first_digit_timeout?: number | undefined;
  readonly inter_digit_timeout?: number | undefined;
  /** Whether these are as many as are wanted, where a `length` alone does not say. */
  readonly isEnough?: ((digits: string) => boolean) | undefined;
}

export interface Typed {
  readonly digits: string;
  readonly result: 'length' | 'key' | 'timeout';
  /** Whether nobody but the flow is to see them. */
  readonly isHidden?: true;
}

/** What events say of digits. */
export function shownDigits({ digits, isHidden }: Pick<Typed, 'digits' | 'isHidden'>): string {
  return isHidden && digits !== '' ? unseen : digits;
}

/**
 * What was typed so far that counts; until when there is time for all of it, and for the next digit, by the watch of the user; and
 * how long his phone had held the call when that began.
 */
const progress = z.object({
  digits: z.string(),
  end: z.number(),
  patience: z.number().optional(),
  heldBefore: z.number(),
  isHidden: z.literal(true).optional(),
});

interface Context extends Notes {
  readonly call: Call;
}

/** Whether a daemon that died has begun to wait for digits. */
export function hasBegun({ left }: Notes): boolean {
  return left(progress) !== undefined;
}

/** Digits that a user types, and the time that he has for them; begun again, those that he has typed, and the time that is left. */
export class Typing {
  /** It stands still while his phone holds the call. */
  readonly time: UserTime;
  readonly #context: Context;
  readonly #wanted: TypingOption;
  #at: z.output<typeof progress>;

  constructor(context: Context, wanted: TypingOption) {
    const left = context.left(progress);
    this.#context = context;
    this.#wanted = wanted;
    this.time = new UserTime(context.call.hold, left?.heldBefore);
    const { now, heldBefore } = this.time;
    const patience = after(now, wanted.first_digit_timeout);
    this.#at = left ?? { digits: '', end: now + wanted.duration, patience, heldBefore };
    if (!left) context.keep(this.#at);
  }

  get hasDigits(): boolean {
    return this.#at.digits !== '';
  }

  /** How long the whole may still take, in milliseconds. */
  get left(): number {
    return this.#at.end - this.time.now;
  }

  /** How long the next digit is waited for. */
  get patience(): number {
    const { end, patience = end } = this.#at;
    return Math.min(end, patience) - this.time.now;
  }

  /** Resolves when it is over; `onFirst` is called at the first digit that counts. */
  async collect(signal: AbortSignal, onFirst?: () => void): Promise<Typed> {
    const { allowed, key } = this.#wanted;
    for (;;) {
      const result = this.#result;
      if (result) return this.#typed(result);
      const digit = await this.#context.call.digits.take(this.patience, signal, this.time.within);
      if (digit === undefined) return this.#typed('timeout');
      if (allowed !== undefined && !allowed.includes(digit) && !key.includes(digit)) continue;
      if (!this.hasDigits) onFirst?.();
      this.#add(digit);
    }
  }

  #typed(result: Typed['result']): Typed {
    const { digits, isHidden } = this.#at;
    return { digits, result, ...(isHidden && { isHidden }) };
  }

  get #result(): Typed['result'] | undefined {
    const { digits } = this.#at;
    if (digits === '') return undefined;
    if (this.#wanted.key.includes(digits.slice(-1))) return 'key';
    const { length, isEnough } = this.#wanted;
    return digits.length === length || isEnough?.(digits) ? 'length' : undefined;
  }

  /** Each starts its own patience; one that does not count starts none. */
  #add(digit: string): void {
    const patience = after(this.time.now, this.#wanted.inter_digit_timeout);
    const isHidden = this.#context.call.digits.tookHidden || this.#at.isHidden || undefined;
    this.#at = { ...this.#at, digits: this.#at.digits + digit, patience, ...(isHidden && { isHidden }) };
    this.#context.keep(this.#at);
  }
}

function after(now: number, ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : now + ms;
}
