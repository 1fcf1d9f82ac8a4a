import type { ReservedAgent } from '../ports/queues.ts';
import type { QueueRecord } from './queue-record.ts';

/** An agent who was rung for a call and is needed no longer. */
export interface FormerAgent {
  readonly id: string;
  readonly queue: QueueRecord;
  readonly outcome: 'served' | 'declined' | 'withdrawn';
  /** Settles when his phones are free again. */
  readonly phones: Promise<unknown>;
}

export interface ReservationOptions {
  readonly id: string;
  readonly isEngaged: () => boolean;
  /** Whether he had taken the call when its daemon died. */
  readonly hasAnswered?: boolean;
  readonly onAnswered: () => void;
  readonly onFree: (former: Omit<FormerAgent, 'queue'>) => void;
}

/** An agent whom nobody else rings, for as long as one call needs him. */
export class Reservation implements ReservedAgent {
  readonly id: string;
  readonly isEngaged: () => boolean;
  readonly #options: ReservationOptions;
  #outcome: FormerAgent['outcome'];
  #isFree = false;

  constructor(options: ReservationOptions) {
    this.#options = options;
    this.id = options.id;
    this.isEngaged = options.isEngaged;
    this.#outcome = options.hasAnswered ? 'served' : 'withdrawn';
  }

  answered(): void {
    if (this.#outcome === 'served') return;
    this.#outcome = 'served';
    this.#options.onAnswered();
  }

  free(phones: Promise<unknown>, hasDeclined = false): void {
    if (this.#isFree) return;
    this.#isFree = true;
    if (hasDeclined) this.#outcome = 'declined';
    this.#options.onFree({ id: this.id, outcome: this.#outcome, phones });
  }
}
