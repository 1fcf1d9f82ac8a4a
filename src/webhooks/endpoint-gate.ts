/** `delivered`: 2xx. `refused`: an answer that says no to this event. `failed`: no answer, 429 or 5xx. */
export type Outcome = 'delivered' | 'refused' | 'failed';

export interface GateOptions {
  readonly maxLanes: number;
  /** How long the breaker stays open: the first time, the second, …; the last value repeats. */
  readonly pauses: readonly number[];
}

/** So many lanes must fail, and no other try succeed, before an endpoint counts as down: one bad call is not enough. */
const failingLanesToOpen = 5;

/**
 * What one endpoint may take at this moment: at most `maxLanes` lanes at once; none while its breaker is open, which costs
 * no delivery a try; then one at a time until one gets an answer.
 */
export class EndpointGate {
  readonly #options: GateOptions;
  readonly #failingLanes = new Set<string>();
  #active = 0;
  #openings = 0;
  #openUntil = 0;
  #failingSince: number | undefined;
  /** Nothing goes out any more, until the endpoints are read anew. */
  isDisabled = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get active(): number {
    return this.#active;
  }

  /** Since when nothing has been delivered although it was tried. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** Lanes that may be taken now. */
  room(now: number): number {
    if (this.isOpen(now)) return 0;
    const limit = this.#openings > 0 ? 1 : this.#options.maxLanes;
    return Math.max(0, limit - this.#active);
  }

  isOpen(now: number): boolean {
    return this.isDisabled || now < this.#openUntil;
  }

  /** When an open breaker lets one through again. */
  opensAt(now: number): number | undefined {
    return !this.isDisabled && now < this.#openUntil ? this.#openUntil : undefined;
  }

  /** Forgets every failure. */
  reset(): void {
    this.isDisabled = false;
    this.#failingSince = undefined;
    this.#close();
  }

  enter(): void {
    this.#active += 1;
  }

  leave(): void {
    this.#active -= 1;
  }

  /** Takes note of a try; true if the breaker opens by it. */
  record(outcome: Outcome, lane: string, now: number): boolean {
    this.#failingSince = outcome === 'delivered' ? undefined : (this.#failingSince ?? now);
    if (outcome !== 'failed') {
      this.#close();
      return false;
    }
    this.#failingLanes.add(lane);
    const isProbe = this.#openings > 0;
    if (this.isOpen(now) || (!isProbe && this.#failingLanes.size < failingLanesToOpen)) return false;
    const { pauses } = this.#options;
    this.#openUntil = now + (pauses[Math.min(this.#openings, pauses.length - 1)] ?? 0);
    this.#openings += 1;
    this.#failingLanes.clear();
    return true;
  }

  #close(): void {
    this.#failingLanes.clear();
    this.#openings = 0;
    this.#openUntil = 0;
  }
}
