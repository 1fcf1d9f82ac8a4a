import { now } from '../core/clock.ts';

/**
 * A caller hears nothing while engines are asked. Together those that may be slow have this long, in milliseconds; then the local
 * one speaks, so that he has not waited for three seconds when it is heard.
 */
const longestSilence = 2_200;
/** For each of them. */
const longestTry = 1_500;
/** With less it is not worth asking. */
const shortestTry = 250;

/** How long one caller waits for engines that may be slow. */
export class Patience {
  readonly #until = now() + longestSilence;

  /** How long the next one may take; `undefined` where nobody waits for one any more. */
  next(): number | undefined {
    const left = this.#until - now();
    return left < shortestTry ? undefined : Math.min(longestTry, left);
  }
}
