import { AriError } from './transport.ts';

type Order = () => Promise<unknown>;

/**
 * What was told to end in Asterisk, and may not have: playbacks and recordings, of which Asterisk has no list. Whoever ends one
 * does not wait for an Asterisk that is away; the audit tells it again, by the id.
 */
export class Unended {
  readonly #orders = new Map<string, Order>();

  get size(): number {
    return this.#orders.size;
  }

  /** Gives an order that may be given twice; one that fails is given again later. Never rejects. */
  async end(what: string, order: Order): Promise<void> {
    if ((await resultOf(order)) === 'failed') this.#orders.set(what, order);
    else this.#orders.delete(what);
  }

  /** Gives all again that have failed, and resolves to what was there all the time. */
  async endAgain(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [what, order] of [...this.#orders]) {
      const result = await resultOf(order);
      if (result !== 'failed') this.#orders.delete(what);
      if (result === 'obeyed') found.push(what);
    }
    return found;
  }
}

async function resultOf(order: Order): Promise<'obeyed' | 'gone' | 'failed'> {
  try {
    await order();
    return 'obeyed';
  } catch (error) {
    return error instanceof AriError && error.status === 404 ? 'gone' : 'failed';
  }
}
