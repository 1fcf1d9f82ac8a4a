import { now } from '../core/clock.ts';
import { Rate } from '../core/rate.ts';

/** So many sources are told apart; more of them in one second are a flood. */
const mostSources = 10_000;

/** At most so many in any second, of each source. */
export class SourceRates {
  readonly #perSecond: number;
  #rates = new Map<string, Rate>();
  #since = now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Counts one more; false where there is no room for it. */
  take(source: string): boolean {
    this.#forget();
    let rate = this.#rates.get(source);
    if (!rate) {
      if (this.#rates.size >= mostSources) return false;
      rate = new Rate(this.#perSecond);
      this.#rates.set(source, rate);
    }
    return rate.take();
  }

  /** Those who have been silent for a second have all their room again. */
  #forget(): void {
    if (now() - this.#since < 1_000) return;
    this.#since = now();
    this.#rates = new Map([...this.#rates].filter(([, rate]) => !rate.isUnused));
  }
}
