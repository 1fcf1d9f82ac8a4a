import { SimulatedChannel } from './channel.ts';
import { SimulatedLocals } from './locals.ts';
import { SimulatedParty } from './party.ts';
import {
  done,
  gone,
  type Handlers,
  notInStasis,
  type Reply,
  refused,
  type SimulatedRequest,
} from './request.ts';
import type { SimulatedWorld } from './world.ts';

/** The legs that the application makes: created and dialled, or originated. */
export class SimulatedLegs {
  /** Phones and whether they are there: the ones of `1001`–`1009`, a trunk, and direct calls. */
  readonly phones = new Map<string, 'online' | 'offline'>([
    ...Array.from({ length: 9 }, (_, index) => [`100${index + 1}`, 'online'] as const),
    ['trunk', 'online'],
    ['direct', 'offline'], // which only says that it has no address of its own
    ['direct-as-is', 'offline'],
    ['loopback', 'offline'],
  ]);
  /** Whether all others are there too. */
  hasEveryPhone = false;
  /** Phones that are on a call which no test has made. */
  readonly onCall = new Set<string>();
  /** Somebody's phone rings; by default nobody does anything. */
  onDial: (party: SimulatedParty) => void = () => undefined;
  /** The dialplan is called, `Local/…`; by default it answers at once. */
  onLocal: (party: SimulatedParty) => void = (party) => party.answer();
  /** All far ends there have been, oldest first. */
  readonly parties: SimulatedParty[] = [];
  readonly #world: SimulatedWorld;
  readonly #locals: SimulatedLocals;
  /** What each channel was made for. */
  readonly #creations = new Map<SimulatedChannel, SimulatedRequest['query']>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
    this.#locals = new SimulatedLocals(world);
    world.whenEnding({ after: (channel) => this.#creations.delete(channel) });
  }

  /** Whether a phone is there. */
  isThere(phone: string): boolean {
    return (this.phones.get(phone) ?? this.#others) === 'online';
  }

  get #others(): 'online' | undefined {
    return this.hasEveryPhone ? 'online' : undefined;
  }

  /** What is said of a call that we end while it is being dialled. */
  cancel(channel: SimulatedChannel): void {
    if (channel.state !== 'Up') this.parties.find((party) => party.channel === channel)?.end('NOANSWER');
  }

  readonly handlers: Handlers = {
    'channels.create': (request) => {
      const channel = this.#make(request, true);
      if (!(channel instanceof SimulatedChannel)) return channel;
      this.#world.emit({ type: 'StasisStart', args: [...channel.args], channel: channel.json });
      return { status: 200, body: channel.json };
    },
    'channels.dial': ({ path }) => {
      const channel = this.#world.channels.get(path.channelId ?? '');
      if (!channel) return gone('Channel');
      if (!channel.isInStasis) return notInStasis;
      if (channel.state !== 'Down') return refused(409, "Channel is not in the 'Down' state");
      // A second time nobody is called: what was begun is cancelled.
      if (channel.isDialled) this.#endOf(channel);
      else this.#dial(channel, false);
      return done;
    },
    'channels.originate': (request) => {
      const channel = this.#make(request, false);
      if (!(channel instanceof SimulatedChannel)) return channel;
      const body = channel.json;
      this.#dial(channel, true);
      return { status: 200, body };
    },
    'endpoints.listByTech': () => ({
      status: 200,
      body: [...this.phones].map(([resource, state]) => ({
        ...{ technology: 'PJSIP', resource, state },
        channel_ids: [],
      })),
    }),
    'endpoints.get': ({ path }) => {
      const { tech = '', resource = '' } = path;
      const state = tech === 'PJSIP' ? (this.phones.get(resource) ?? this.#others) : undefined;
      if (state === undefined) return gone('Endpoint');
      return {
        status: 200,
        body: { technology: tech, resource, state, channel_ids: this.onCall.has(resource) ? ['x'] : [] },
      };
    },
  };

  #endOf(channel: SimulatedChannel): void {
    this.#world.emit({ type: 'ChannelHangupRequest', channel: channel.json });
    this.#world.end(channel, { by: 'them', status: 487 }, { cause: 16 });
  }

  #dial(channel: SimulatedChannel, isOriginated: boolean): void {
    channel.isDialled = true;
    const { endpoint = '', otherChannelId = `${channel.id};2` } = this.#creations.get(channel) ?? {};
    const onAnswer = (): void => this.#locals.answer(channel);
    const party = new SimulatedParty(this.#world, channel, { endpoint, isOriginated, onAnswer });
    this.parties.push(party);
    if (!endpoint.startsWith('Local/')) return this.onDial(party);
    this.#locals.pair(channel, otherChannelId, endpoint);
    this.onLocal(party);
  }

  #make({ query, body }: SimulatedRequest, isInStasis: boolean): SimulatedChannel | Reply {
    const { channelId: id = '', endpoint = '', appArgs, originator } = query;
    if (this.#world.channels.has(id)) return refused(409, 'Channel with given unique ID already exists');
    if (!this.#canReach(endpoint)) return refused(500, 'Allocation failed');
    const args = appArgs === undefined ? [] : appArgs.split(',');
    const variables = (body?.variables ?? {}) as Readonly<Record<string, string>>;
    const name = `${endpoint.split(/\/sip:/)[0]}-${id.slice(0, 8)}`;
    const channel = new SimulatedChannel(
      this.#world.app,
      { args, number: 's', from: '' },
      { id, name, variables, isInStasis },
    );
    this.#world.channels.set(id, channel);
    this.#creations.set(channel, query);
    const caller = this.#world.channels.get(originator ?? '');
    if (caller) caller.isWatched = true;
    return channel;
  }

  /** `Local/s@somewhere/n`, `PJSIP/1001`, `PJSIP/+4930@trunk`, `PJSIP/direct/sip:bob@example.org`. */
  #canReach(endpoint: string): boolean {
    if (/^Local\/[^/@]+@[^/@]+\/n$/.test(endpoint)) return true;
    const [, phone = '', uri] = /^PJSIP\/(?:[^/@]*@)?([^/@]+)(\/.+)?$/.exec(endpoint) ?? [];
    const state = this.phones.get(phone) ?? this.#others;
    return state === 'online' || (state !== undefined && uri !== undefined);
  }
}
