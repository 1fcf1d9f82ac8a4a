import { ActionError } from '../core/errors.ts';
import { type Route, routesTo } from './routes-to.ts';
import { dialStringOf } from './trunk-objects.ts';
import type { TrunkRecord } from './trunk-record.ts';

/** A place on a trunk for one call. */
export interface TrunkLine {
  readonly trunkId: string;
  /** Where it is dialled, for Asterisk. */
  readonly endpoint: string;
  /** What is shown there for a phone that has no number of its own for that; empty: nothing in particular. */
  readonly callerId: string;
  readonly giveBack: () => void;
}

/** Which trunk a call goes by, and how many go by each. */
export class Trunking {
  readonly #all: () => readonly TrunkRecord[];
  readonly #inUse = new Map<string, number>();

  /** `all`: those that calls can go by now. */
  constructor(all: () => readonly TrunkRecord[]) {
    this.#all = all;
  }

  /** How many calls a trunk has, those that come in included. */
  calls(trunkId: string): number {
    return this.#inUse.get(trunkId) ?? 0;
  }

  /** Whether all of these could be called at once. @throws ActionError `NO_TRUNK`, `TOO_MANY_CALLS` */
  check(...numbers: readonly string[]): void {
    const taken: TrunkLine[] = [];
    try {
      for (const number of numbers) taken.push(this.take(number));
    } finally {
      for (const { giveBack } of taken) giveBack();
    }
  }

  /** @throws ActionError `NO_TRUNK` */
  checkTaken(number: string): void {
    this.#routes(number);
  }

  /** On the first trunk that has room, or the first behind another one. @throws ActionError as `check` does */
  take(number: string, behind?: string): TrunkLine {
    const free = this.#behind(number, behind).find(({ trunk }) => this.#hasRoom(trunk));
    if (!free)
      throw new ActionError('TOO_MANY_CALLS', 'all channels of the trunks to this number are in use');
    const { trunk } = free;
    return {
      trunkId: trunk.id,
      endpoint: dialStringOf(trunk, free.number),
      callerId: trunk.caller_id,
      giveBack: this.keep(trunk.id),
    };
  }

  /** Whether a call to a number that a trunk could not take has another one to go on to. */
  mayGoOn(number: string, from: string): boolean {
    const trunk = this.#all().find(({ id }) => id === from);
    return trunk?.failover !== false && this.#behind(number, from).length > 0;
  }

  /** A place that a call has, whatever the limits are by now. */
  keep(trunkId: string): () => void {
    this.#count(trunkId, 1);
    let isBack = false;
    return () => {
      if (!isBack) this.#count(trunkId, -1);
      isBack = true;
    };
  }

  /** Behind one that has been taken away meanwhile there is nothing: nobody knows where it stood. */
  #behind(number: string, id: string | undefined): readonly Route[] {
    if (id === undefined) return this.#routes(number);
    const routes = routesTo(number, this.#all());
    const place = routes.findIndex(({ trunk }) => trunk.id === id);
    return place < 0 ? [] : routes.slice(place + 1);
  }

  #routes(number: string): readonly Route[] {
    const routes = routesTo(number, this.#all());
    if (routes.length === 0) throw new ActionError('NO_TRUNK', 'there is no trunk for this number');
    return routes;
  }

  #hasRoom({ id, channels }: TrunkRecord): boolean {
    return channels === 0 || this.calls(id) < channels;
  }

  #count(trunkId: string, more: 1 | -1): void {
    const now = this.calls(trunkId) + more;
    if (now === 0) this.#inUse.delete(trunkId);
    else this.#inUse.set(trunkId, now);
  }
}
