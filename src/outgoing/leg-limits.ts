import { ActionError } from '../core/errors.ts';

export interface LegLimitsOptions {
  /** Legs that ring, or talk, at one phone of ours. */
  readonly perPhone: number;
  /** All outgoing legs together. */
  readonly total: number;
}

/** Of the ports for RTP a quarter of as many legs, two ports each, leaves the other half to those who call in. */
const portsPerLeg = 4;

export function legsOn([first, last]: readonly [number, number]): number {
  return Math.max(1, Math.floor((last - first + 1) / portsPerLeg));
}

/** How many legs there are at once: a leg that only rings takes its ports too, and without any left nobody can call in. */
export class LegLimits {
  readonly #options: LegLimitsOptions;
  readonly #atPhones = new Map<string, number>();
  #live = 0;

  constructor(options: LegLimitsOptions) {
    this.#options = options;
  }

  /** Whether there is room for these: of each leg the phone it goes to, if any. @throws ActionError `TOO_MANY_CALLS` */
  check(phones: readonly (string | undefined)[]): void {
    const { perPhone, total } = this.#options;
    if (this.#live + phones.length > total)
      throw new ActionError(
        'TOO_MANY_CALLS',
        `there are ports for ${total} outgoing calls (ARIFLOW_RTP_PORTS)`,
      );
    for (const phone of new Set(phones)) {
      if (phone === undefined) continue;
      const more = phones.filter((each) => each === phone).length;
      if (this.#at(phone) + more > perPhone)
        throw new ActionError('TOO_MANY_CALLS', `a phone is called ${perPhone} times at once, at most`);
    }
  }

  /** Takes a place, to be given back when the leg is over. @throws ActionError as `check` does */
  take(phone?: string): () => void {
    this.check([phone]);
    return this.keep(phone);
  }

  /** Likewise of a leg that there is already. */
  keep(phone?: string): () => void {
    this.#count(phone, 1);
    let isBack = false;
    return () => {
      if (!isBack) this.#count(phone, -1);
      isBack = true;
    };
  }

  #at(phone: string): number {
    return this.#atPhones.get(phone) ?? 0;
  }

  #count(phone: string | undefined, more: 1 | -1): void {
    this.#live += more;
    if (phone === undefined) return;
    const now = this.#at(phone) + more;
    if (now === 0) this.#atPhones.delete(phone);
    else this.#atPhones.set(phone, now);
  }
}
