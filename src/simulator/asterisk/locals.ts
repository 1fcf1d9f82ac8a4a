import { SimulatedChannel } from './channel.ts';
import type { SimulatedWorld } from './world.ts';

/** `Local/exten@context/n`: two channels that are one call, of which the dialplan has the other end. */
export class SimulatedLocals {
  readonly #world: SimulatedWorld;
  /** Each half's other one. */
  readonly #halves = new Map<SimulatedChannel, SimulatedChannel>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.whenEnding({ after: (channel) => this.#endOther(channel) });
  }

  /** Makes the other half, which goes its way in the dialplan. */
  pair(half: SimulatedChannel, otherId: string, endpoint: string): void {
    const [number = 's'] = endpoint.slice('Local/'.length).split('@');
    const other = new SimulatedChannel(
      this.#world.app,
      { number, state: 'Ring' },
      { id: otherId, name: `${endpoint.replace(/\/n$/, '')}-0;2`, isInStasis: false },
    );
    this.#world.channels.set(otherId, other);
    this.#halves.set(half, other).set(other, half);
  }

  /** The dialplan has answered. */
  answer(half: SimulatedChannel): void {
    const other = this.#halves.get(half);
    if (!other) return;
    other.state = 'Up';
    this.#world.emit({ type: 'ChannelStateChange', channel: other.json });
  }

  #endOther(half: SimulatedChannel): void {
    const other = this.#halves.get(half);
    this.#halves.delete(half);
    if (!other || !this.#world.channels.has(other.id)) return;
    this.#world.emit({ type: 'ChannelHangupRequest', cause: 16, channel: other.json });
    this.#world.end(other, { by: 'them' });
  }
}
