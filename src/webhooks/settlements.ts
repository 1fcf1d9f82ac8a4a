import type { ClaimedLane, DeliveryResult, Outbox } from '../news/outbox.ts';

/** Results and lanes on their way back to the outbox: gathered while one batch is being written, kept until it is. */
export class Settlements {
  readonly #outbox: Pick<Outbox, 'settle'>;
  #results: DeliveryResult[] = [];
  #released: ClaimedLane[] = [];

  constructor(outbox: Pick<Outbox, 'settle'>) {
    this.#outbox = outbox;
  }

  get isEmpty(): boolean {
    return this.#results.length === 0 && this.#released.length === 0;
  }

  add(result: DeliveryResult): void {
    this.#results.push(result);
  }

  /** After the last result of the lane. */
  release(lane: ClaimedLane): void {
    this.#released.push(lane);
  }

  async flush(): Promise<void> {
    if (this.isEmpty) return;
    const results = this.#results;
    const released = this.#released;
    this.#results = [];
    this.#released = [];
    try {
      await this.#outbox.settle({ results, released });
    } catch (error) {
      this.#results = [...results, ...this.#results];
      this.#released = [...released, ...this.#released];
      throw error;
    }
  }
}
