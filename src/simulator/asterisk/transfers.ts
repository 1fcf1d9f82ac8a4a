import type { Channel, ChannelTransfer } from '../../ari/events.gen.ts';
import type { SimulatedChannel } from './channel.ts';
import { done, gone, type Handlers, refused } from './request.ts';
import type { EventFields, SimulatedWorld } from './world.ts';

/** Phones that ask, by REFER, for their other party to talk to somebody else. */
export class SimulatedTransfers {
  readonly #world: SimulatedWorld;
  /** What each channel's phone has asked for. */
  readonly #asked = new Map<SimulatedChannel, EventFields<ChannelTransfer>>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.whenEnding({ after: (channel) => this.#asked.delete(channel) });
  }

  /** `Refer-To: <destination>`, with `Replaces` where there is another call of the phone's. */
  refer(asking: SimulatedChannel, destination: string, consultation?: SimulatedChannel): void {
    const other = partyOf(asking);
    const consulted = consultation && partyOf(consultation);
    const asked: EventFields<ChannelTransfer> = {
      type: 'ChannelTransfer',
      refer_to: {
        requested_destination: { destination },
        ...(consultation && { destination_channel: consultation.json }),
        ...(consulted && { connected_channel: consulted }),
      },
      referred_by: { source_channel: asking.json, ...(other && { connected_channel: other }) },
    };
    this.#asked.set(asking, asked);
    this.#world.emit<ChannelTransfer>(asked);
  }

  readonly handlers: Handlers = {
    'channels.transfer_progress': ({ path, query: { states = '' } }) => {
      const channel = this.#world.channels.get(path.channelId ?? '');
      if (!channel) return gone('Channel');
      if (!/^channel_(progress|answered|unavailable|declined)$/.test(states))
        return refused(400, 'Invalid states value');
      channel.transferStates.push(states);
      const asked = this.#asked.get(channel);
      // What was told comes back as an event of the same type.
      if (asked) this.#world.emit<ChannelTransfer>({ ...asked, state: states });
      return done;
    },
  };
}

/** Who is in the same bridge. */
function partyOf(channel: SimulatedChannel): Channel | undefined {
  const others = [...(channel.bridge?.members.keys() ?? [])].filter((member) => member !== channel);
  return others.length === 1 ? others[0]?.json : undefined;
}
