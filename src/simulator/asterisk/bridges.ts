import { SimulatedBridge } from './bridge.ts';
import type { SimulatedChannel } from './channel.ts';
import { done, gone, type Handlers, type Reply, refused, type SimulatedRequest } from './request.ts';
import type { SimulatedWorld } from './world.ts';

/** What can be done with the bridges of the simulated Asterisk. */
export class SimulatedBridges {
  readonly #world: SimulatedWorld;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.whenEnding({
      before: (channel) => this.#takeOut(channel),
      bridge: ({ members }) => {
        for (const channel of [...members.keys()]) void this.#send(channel);
      },
    });
  }

  readonly handlers: Handlers = {
    'bridges.list': () => ({ status: 200, body: [...this.#world.bridges.values()].map(({ json }) => json) }),
    'bridges.createWithId': ({ path, query }) => {
      const id = path.bridgeId ?? '';
      if (this.#world.bridges.has(id)) return refused(409, `Bridge with id '${id}' already exists`);
      const bridge = new SimulatedBridge<SimulatedChannel>(id, query.type ?? 'mixing');
      this.#world.bridges.set(id, bridge);
      return { status: 200, body: bridge.json };
    },
    'bridges.destroy': this.#ofBridge((bridge) => {
      this.#world.destroy(bridge);
      return done;
    }),
    'bridges.addChannel': this.#ofMember((bridge, channel, { query }) => {
      if (!channel.isInStasis) return refused(422, 'Channel not in Stasis application');
      if (channel.media.running?.kind === 'recording')
        return refused(409, `Channel ${channel.id} currently recording`);
      this.#takeOut(channel); // of this bridge too
      bridge.members.set(channel, {
        isMuted: query.mute === 'true',
        absorbsDtmf: query.absorbDTMF === 'true',
      });
      channel.bridge = bridge;
      if (channel.state === 'Up') channel.isDialled = false;
      this.#world.emit({ type: 'ChannelEnteredBridge', bridge: bridge.json, channel: channel.json });
      return done;
    }),
    'bridges.removeChannel': this.#ofMember((bridge, channel) => {
      if (channel.bridge !== bridge) return refused(422, 'Channel not in this bridge');
      this.#takeOut(channel);
      return done;
    }),
    'bridges.startMoh': this.#ofBridge((bridge, { query }) => {
      bridge.isOnHold = true;
      bridge.musicClass = query.mohClass ?? 'default';
      return done;
    }),
    'bridges.stopMoh': this.#ofBridge((bridge) => {
      if (!bridge.isOnHold) return refused(409, "Bridge isn't playing music");
      bridge.isOnHold = false;
      return done;
    }),
  };

  /** Out of a bridge that is gone: one that is played something hears it to its end first. */
  async #send(channel: SimulatedChannel): Promise<void> {
    const { bridge } = channel;
    if (channel.media.running) await channel.media.whenFree();
    if (channel.bridge === bridge) this.#takeOut(channel);
  }

  #takeOut(channel: SimulatedChannel): void {
    const { bridge } = channel;
    if (!bridge) return;
    bridge.members.delete(channel);
    channel.bridge = undefined;
    this.#world.emit({ type: 'ChannelLeftBridge', bridge: bridge.json, channel: channel.json });
  }

  #ofBridge(
    handle: (bridge: SimulatedBridge<SimulatedChannel>, request: SimulatedRequest) => Reply,
  ): Handlers[string] {
    return (request) => {
      const bridge = this.#world.bridges.get(request.path.bridgeId ?? '');
      return bridge ? handle(bridge, request) : gone('Bridge');
    };
  }

  #ofMember(
    handle: (
      bridge: SimulatedBridge<SimulatedChannel>,
      channel: SimulatedChannel,
      request: SimulatedRequest,
    ) => Reply,
  ): Handlers[string] {
    return this.#ofBridge((bridge, request) => {
      const channel = this.#world.channels.get(request.query.channel ?? '');
      return channel ? handle(bridge, channel, request) : refused(400, 'Channel not found');
    });
  }
}
