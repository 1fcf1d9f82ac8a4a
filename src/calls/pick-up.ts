import { neverTime } from '../core/clock.ts';
import { Once } from '../core/once.ts';
import type { CallRecord } from './call-record.ts';

/** Whether a call has rung and was answered. Its promises never resolve where it ends before. */
export class PickUp {
  readonly #rang = new Once();
  readonly #up = new Once();
  #isUp = false;

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Resolves as soon as the call is up. */
  get whenUp(): Promise<void> {
    return this.#up.whenCome;
  }

  /** Resolves as soon as the far end rings, or answers. */
  get whenRinging(): Promise<void> {
    return this.#rang.whenCome;
  }

  /** So far it had come before. */
  goOn({ tm_ringing, tm_progressing }: Pick<CallRecord, 'tm_ringing' | 'tm_progressing'>): void {
    if (tm_ringing !== neverTime) this.rang();
    if (tm_progressing !== neverTime) this.up();
  }

  rang(): void {
    this.#rang.come();
  }

  /** It is up. Where it is too late for that, `isTold` is false: nobody who waits hears of it. */
  up(isTold = true): void {
    this.#isUp = true;
    if (!isTold) return;
    this.#rang.come();
    this.#up.come();
  }
}
