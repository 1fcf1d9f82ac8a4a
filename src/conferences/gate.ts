import { withHoldMusic } from '../calls/hold-music.ts';
import { orAbort } from '../core/wait.ts';
import type { Member } from './member.ts';

/** Whether a confbridge has started: until somebody is in it who starts it, the others hear music, and not each other. */
export class Gate {
  #opening = Promise.withResolvers<void>();
  #isOpen = false;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
    this.#opening.resolve();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#opening = Promise.withResolvers();
  }

  /** Waits with music until it is open. False where the member is to leave before. */
  async pass({ call, out, music }: Member, signal: AbortSignal): Promise<boolean> {
    if (this.#isOpen) return true;
    const left = out.promise.then(() => false);
    const opened = this.#opening.promise.then(() => true);
    return withHoldMusic(call, { music, signal }, () => orAbort(Promise.race([left, opened]), signal));
  }
}
