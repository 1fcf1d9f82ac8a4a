import { neverTime } from '../core/clock.ts';
import type { CallRecord } from './call-record.ts';

/** Whether a call has rung and was answered. Its promises never resolve where it ends before. */
export class PickUp {
  readonly #rang = Promise.withResolvers<void>();
  readonly #up = Promise.withResolvers<void>();
  #isUp = false;

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Resolves as soon as the call is up. */
  get whenUp(): Promise<void> {
    return this.#up.promise;
  }

  /** Resolves as soon as the far end rings, or answers. */
  get whenRinging(): Promise<void> {
    return this.#rang.promise;
  }

  /** So far it had come before. */
  goOn({ tm_ringing, tm_progressing }: Pick<CallRecord, 'tm_ringing' | 'tm_progressing'>): void {
    if (tm_ringing !== neverTime) this.rang();
    if (tm_progressing !== neverTime) this.up();
  }

  rang(): void {
    this.#rang.resolve();
  }

  /** It is up. Where it is too late for that, `isTold` is false: nobody who waits hears of it. */
  up(isTold = true): void {
    this.#isUp = true;
    if (!isTold) return;
    this.#rang.resolve();
    this.#up.resolve();
  }
}
