import { now } from './clock.ts';

/** Once in so many milliseconds, at most. */
const interval = 60_000;

/** Tells of what happens too often to be told each time: at once of the first, then what came since once a minute. */
export class Summary {
  readonly #tell: (counts: Readonly<Record<string, number>>) => void;
  #counts: Record<string, number> = {};
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(tell: (counts: Readonly<Record<string, number>>) => void) {
    this.#tell = tell;
  }

  count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
    if (now() - this.#toldAt < interval) return;
    const counts = this.#counts;
    this.#counts = {};
    this.#toldAt = now();
    this.#tell(counts);
  }
}
