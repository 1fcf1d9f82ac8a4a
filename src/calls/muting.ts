import type { Ari } from '../ari/ari.ts';
import type { Direction } from '../ari/requests.ts';
import type { MutedWays } from './call-record.ts';
import type { StandingOrders } from './standing-orders.ts';

/** The part of a call that this file uses. */
interface Muted {
  readonly ari: Ari;
  readonly channelId: string;
  readonly hangupSignal: AbortSignal;
  readonly orders: StandingOrders;
}

/** Whether somebody is not heard, or hears nothing, because that was ordered of his call. */
export class Muting {
  readonly #call: Muted;
  #isDeaf = false;

  constructor(call: Muted) {
    this.#call = call;
  }

  /** `in`: nobody hears the party of a call; `out`: the party hears nothing. */
  async mute(direction: Direction): Promise<void> {
    const { ari, channelId, hangupSignal, orders } = this.#call;
    const order = async (): Promise<void> => {
      if (direction !== 'in') this.#isDeaf = true;
      await ari.mute(channelId, direction, hangupSignal);
      orders.stands('mute', bothOf(orders.shown.mute, direction));
    };
    await orders.give('mute', order, () => this.#unmute('both'));
  }

  /** So it stood before. */
  goOn(direction: MutedWays): void {
    if (direction === '') return;
    this.#isDeaf = direction !== 'in';
    this.#call.orders.goOn('mute', { mute: direction }, () => this.#unmute('both'));
  }

  async unmute(direction: Direction): Promise<void> {
    const { orders } = this.#call;
    const order = (): Promise<void> => this.#unmute(direction);
    // The other way may still be muted.
    if (direction === 'both') await orders.takeBack('mute', order);
    else await orders.inTurn(order);
  }

  /** Whoever is muted `out` is sent what there is while `task` runs: to him Asterisk sends nothing, not even silence. */
  async sentMeanwhile<T>(task: () => Promise<T>): Promise<T> {
    const { ari, channelId, hangupSignal, orders } = this.#call;
    await orders.inTurn(async () => {
      if (this.#isDeaf) await ari.unmute(channelId, 'out', hangupSignal);
    });
    try {
      return await task();
    } finally {
      await orders.inTurn(async () => {
        if (this.#isDeaf && !hangupSignal.aborted) await ari.mute(channelId, 'out', hangupSignal);
      });
    }
  }

  async #unmute(direction: Direction): Promise<void> {
    const { ari, channelId, hangupSignal, orders } = this.#call;
    await ari.unmute(channelId, direction, hangupSignal);
    if (direction !== 'in') this.#isDeaf = false;
    orders.stands('mute', restOf(orders.shown.mute, direction));
  }
}

function bothOf(muted: MutedWays, direction: Direction): MutedWays {
  return muted === '' || muted === direction ? direction : 'both';
}

function restOf(muted: MutedWays, direction: Direction): MutedWays {
  if (direction === 'both' || muted === direction) return '';
  if (muted !== 'both') return muted;
  return direction === 'in' ? 'out' : 'in';
}
