import { FakeChannel } from './fake-channel.ts';
import { FakeLocals } from './fake-locals.ts';
import { FakeParty } from './fake-party.ts';
import {
  done,
  type FakeRequest,
  gone,
  type Handlers,
  notInStasis,
  type Reply,
  refused,
} from './fake-request.ts';
import type { FakeWorld } from './fake-world.ts';

/** The legs that the application makes: created and dialled, or originated. */
export class FakeLegs {
  /** Phones and whether they are there: the ones of `1001`–`1009`, a trunk, and direct calls. */
  readonly phones = new Map<string, 'online' | 'offline'>([
    ...Array.from({ length: 9 }, (_, index) => [`100${index + 1}`, 'online'] as const),
    ['trunk', 'online'],
    ['direct', 'offline'], // which only says that it has no address of its own
    ['direct-as-is', 'offline'],
    ['loopback', 'offline'],
  ]);
  /** Phones that are on a call which no test has made. */
  readonly onCall = new Set<string>();
  /** Somebody's phone rings; by default nobody does anything. */
  onDial: (party: FakeParty) => void = () => undefined;
  /** The dialplan is called, `Local/…`; by default it answers at once. */
  onLocal: (party: FakeParty) => void = (party) => party.answer();
  /** All far ends there have been, oldest first. */
  readonly parties: FakeParty[] = [];
  readonly #world: FakeWorld;
  readonly #locals: FakeLocals;
  /** What each channel was made for. */
  readonly #creations = new WeakMap<FakeChannel, FakeRequest['query']>();

  constructor(world: FakeWorld) {
    this.#world = world;
    this.#locals = new FakeLocals(world);
  }

  /** What is said of a call that we end while it is being dialled. */
  cancel(channel: FakeChannel): void {
    if (channel.state !== 'Up') this.parties.find((party) => party.channel === channel)?.end('NOANSWER');
  }

  readonly handlers: Handlers = {
    'channels.create': (request) => {
      const channel = this.#make(request, true);
      if (!(channel instanceof FakeChannel)) return channel;
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
      if (!(channel instanceof FakeChannel)) return channel;
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
      const state = tech === 'PJSIP' ? this.phones.get(resource) : undefined;
      if (state === undefined) return gone('Endpoint');
      return {
        status: 200,
        body: { technology: tech, resource, state, channel_ids: this.onCall.has(resource) ? ['x'] : [] },
      };
    },
  };

  #endOf(channel: FakeChannel): void {
    this.#world.emit({ type: 'ChannelHangupRequest', channel: channel.json });
    this.#world.end(channel, { by: 'them', status: 487 }, { cause: 16 });
  }

  #dial(channel: FakeChannel, isOriginated: boolean): void {
    channel.isDialled = true;
    const { endpoint = '', otherChannelId = `${channel.id};2` } = this.#creations.get(channel) ?? {};
    const onAnswer = (): void => this.#locals.answer(channel);
    const party = new FakeParty(this.#world, channel, { endpoint, isOriginated, onAnswer });
    this.parties.push(party);
    if (!endpoint.startsWith('Local/')) return this.onDial(party);
    this.#locals.pair(channel, otherChannelId, endpoint);
    this.onLocal(party);
  }

  #make({ query, body }: FakeRequest, isInStasis: boolean): FakeChannel | Reply {
    const { channelId: id = '', endpoint = '', appArgs, originator } = query;
    if (this.#world.channels.has(id)) return refused(409, 'Channel with given unique ID already exists');
    if (!this.#canReach(endpoint)) return refused(500, 'Allocation failed');
    const args = appArgs === undefined ? [] : appArgs.split(',');
    const variables = (body?.variables ?? {}) as Readonly<Record<string, string>>;
    const name = `${endpoint.split(/\/sip:/)[0]}-${id.slice(0, 8)}`;
    const channel = new FakeChannel(
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
    const state = this.phones.get(phone);
    return state === 'online' || (state !== undefined && uri !== undefined);
  }
}
