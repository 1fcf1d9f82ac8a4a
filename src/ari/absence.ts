import { now } from '../core/clock.ts';
import { AriError } from './transport.ts';

/** Nobody listens where Asterisk was: its calls were in its memory. Whatever stands between us may restart, which takes a moment. */
const deadAfter = 2_000;

/** Somebody may be there, and does not say so: the connection is what is broken, and the calls may well go on. */
const lostAfter = 30_000;

/** How long an Asterisk that was there is away, and when its calls are to be given up. */
export class Absence {
  /** While it is there, before it ever was, and once its calls have been given up there is none. */
  #since: number | undefined;
  #wasRefused = false;

  began(): void {
    this.#since = now();
    this.#wasRefused = false;
  }

  over(): void {
    this.#since = undefined;
  }

  /** Asked after each try to connect that has failed; true once. */
  isFinal(failure: unknown): boolean {
    if (this.#since === undefined) return false;
    // Whoever answers after that, with 503 for instance, has only just begun.
    this.#wasRefused ||= isRefused(failure);
    const isFinal = now() - this.#since >= (this.#wasRefused ? deadAfter : lostAfter);
    if (isFinal) this.over();
    return isFinal;
  }
}

/** By the machine itself: no process has the port. */
function isRefused(failure: unknown): boolean {
  return (
    failure instanceof AriError && (failure.cause as { code?: unknown } | undefined)?.code === 'ECONNREFUSED'
  );
}
