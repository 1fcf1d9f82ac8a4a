import type { ClaimedLane, DeliveryResult, Settlement } from '../news/outbox.ts';

/** Results and lanes on their way back to the outbox: gathered while one batch is being written, kept until it is. */
export class Settlements {
  #results: DeliveryResult[] = [];
  #released: ClaimedLane[] = [];

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

  /** Hands all of it to whoever writes it down; nothing where there is none. */
  async flush<T>(write: (settlement: Settlement | undefined) => Promise<T>): Promise<T> {
    if (this.isEmpty) return write(undefined);
    const results = this.#results;
    const released = this.#released;
    this.#results = [];
    this.#released = [];
    try {
      return await write({ results, released });
    } catch (error) {
      this.#results = [...results, ...this.#results];
      this.#released = [...released, ...this.#released];
      throw error;
    }
  }
}
