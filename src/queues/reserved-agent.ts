import type { HowFreed, ReservedAgent } from '../ports/queues.ts';
import type { QueueRecord } from './queue-record.ts';

/** An agent who was rung for a call and is needed no longer. */
export interface FormerAgent {
  readonly id: string;
  readonly queue: QueueRecord;
  readonly outcome: 'served' | 'withdrawn' | HowFreed;
  /** Settles when his phones are free again. */
  readonly phones: Promise<unknown>;
}

/** Whether he was rung and has not taken the call: he is left alone for a while. */
export function hasRefused({ outcome }: Pick<FormerAgent, 'outcome'>): boolean {
  return outcome === 'declined' || outcome === 'missed';
}

export interface ReservationOptions {
  readonly id: string;
  readonly isEngaged: () => boolean;
  /** Whether he had taken the call when its daemon died. */
  readonly hasAnswered?: boolean;
  readonly onAnswered: (legId: string) => void;
  readonly onFree: (former: Omit<FormerAgent, 'queue'>) => void;
}

/** An agent whom nobody else rings, for as long as one call needs him. */
export class Reservation implements ReservedAgent {
  readonly id: string;
  readonly isEngaged: () => boolean;
  readonly #options: ReservationOptions;
  #hasAnswered: boolean;
  #isFree = false;

  constructor(options: ReservationOptions) {
    this.#options = options;
    this.id = options.id;
    this.isEngaged = options.isEngaged;
    this.#hasAnswered = options.hasAnswered ?? false;
  }

  answered(legId: string): void {
    if (this.#hasAnswered) return;
    this.#hasAnswered = true;
    this.#options.onAnswered(legId);
  }

  free(phones: Promise<unknown>, how?: HowFreed): void {
    if (this.#isFree) return;
    this.#isFree = true;
    this.#options.onFree({ id: this.id, outcome: this.#outcome(how), phones });
  }

  #outcome(how: HowFreed | undefined): FormerAgent['outcome'] {
    if (this.#hasAnswered) return how === 'ready' ? how : 'served';
    return how === undefined || how === 'ready' ? 'withdrawn' : how;
  }
}
