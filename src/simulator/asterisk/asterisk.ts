import { systemTime } from '../../core/clock.ts';
import { randomUuid } from '../../core/random.ts';
import { SimulatedBridges } from './bridges.ts';
import { type IncomingDial, SimulatedChannel } from './channel.ts';
import { SimulatedChannelOrders } from './channel-orders.ts';
import { SimulatedDialplan } from './dialplan.ts';
import { SimulatedLegs } from './legs.ts';
import type { SimulatedParty } from './party.ts';
import { SimulatedPlaybacks, type SoundLengths } from './playbacks.ts';
import { SimulatedRecordings } from './recordings.ts';
import {
  done,
  gone,
  type Handlers,
  refused,
  type SimulatedAnswer,
  type SimulatedRequest,
} from './request.ts';
import { SimulatedSideChannels } from './side-channels.ts';
import { type ArrivingText, SimulatedTexts, wordsOf } from './texts.ts';
import { SimulatedTransfers } from './transfers.ts';
import { SimulatedWorld } from './world.ts';

export interface SimulatedAsteriskOptions {
  readonly app?: string;
  /** How long each sound takes; nothing by default. */
  readonly soundLength?: SoundLengths;
}

/** A small model of Asterisk: channels, bridges, playbacks, recordings, and the events they cause. */
export class SimulatedAsterisk extends SimulatedWorld {
  readonly playbacks: SimulatedPlaybacks;
  readonly recordings: SimulatedRecordings;
  readonly legs: SimulatedLegs;
  readonly sideChannels: SimulatedSideChannels;
  readonly dialplan: SimulatedDialplan;
  readonly transfers: SimulatedTransfers;
  readonly texts: SimulatedTexts;
  /** Its global variables. */
  readonly globals = new Map([
    ['ARIFLOW_PHONES', 'none'],
    ['ARIFLOW_TRUNKS', 'none'],
  ]);
  /** Its modules that somebody asks for. */
  readonly modules = new Set<string>();
  /** What was written of its configuration: `endpoint/2001`, with its fields. */
  readonly objects = new Map<string, Readonly<Record<string, string>>>();
  /** Whether anybody has the application. */
  isServed: () => boolean = () => true;
  readonly #handlers: Handlers;
  readonly #startedAt = `${new Date(systemTime()).toISOString()}-${randomUuid()}`;

  constructor({ app = 'ariflow', soundLength = 0 }: SimulatedAsteriskOptions = {}) {
    super(app);
    this.whenEnding({ before: ({ media }) => media.clear(), bridge: ({ media }) => media.clear() });
    this.playbacks = new SimulatedPlaybacks(this, soundLength);
    this.recordings = new SimulatedRecordings(this);
    this.playbacks.hasRecording = (name) => this.recordings.stored.has(name);
    this.legs = new SimulatedLegs(this);
    this.sideChannels = new SimulatedSideChannels(this);
    this.dialplan = new SimulatedDialplan(this);
    this.transfers = new SimulatedTransfers(this);
    this.texts = new SimulatedTexts((endpoint) => this.legs.phones.has(endpoint));
    const orders = new SimulatedChannelOrders(this, {
      onCancel: (channel) => this.legs.cancel(channel),
      onContinue: (channel, place) => this.dialplan.enter(channel, place),
    });
    const parts = [
      new SimulatedBridges(this),
      orders,
      this.playbacks,
      this.recordings,
      this.legs,
      this.sideChannels,
      this.transfers,
      this.texts,
    ];
    this.#handlers = Object.assign({}, this.#own, ...parts.map(({ handlers }) => handlers)) as Handlers;
  }

  /** The playbacks that have not ended, with their media. */
  get playing(): readonly { readonly id: string; readonly media: string }[] {
    return this.playbacks.playing;
  }

  /** Sounds that are not there: their playback fails at once. */
  get missingSounds(): Set<string> {
    return this.playbacks.missingSounds;
  }

  /** Somebody calls. */
  dial(dial: IncomingDial = {}): SimulatedChannel {
    const channel = new SimulatedChannel(this.app, dial);
    this.channels.set(channel.id, channel);
    this.emit({ type: 'StasisStart', args: [...channel.args], channel: channel.json });
    return channel;
  }

  /** Somebody sends a SIP MESSAGE. */
  text(arrival: ArrivingText): SimulatedChannel {
    return this.dial({ technology: 'Message', args: ['message', ...wordsOf(arrival)], state: 'Up' });
  }

  /** The caller's phone holds the call, or takes it back. */
  holdByPhone(channel: SimulatedChannel, isOnHold: boolean): void {
    if (channel.isHeldByPhone === isOnHold) return;
    channel.isHeldByPhone = isOnHold;
    if (isOnHold) this.emit({ type: 'ChannelHold', musicclass: 'default', channel: channel.json });
    else this.emit({ type: 'ChannelUnhold', channel: channel.json });
  }

  /** The caller hangs up; before the answer that is a CANCEL. */
  hangup(channel: SimulatedChannel): void {
    const end = channel.state === 'Up' ? {} : { cause: 127, tech_cause: 487 };
    this.emit({ type: 'ChannelHangupRequest', channel: channel.json, ...end });
    this.end(channel, { by: 'us' });
  }

  /** What whoever is called does from now on; nothing by default. */
  onDial(handler: (party: SimulatedParty) => void): void {
    this.legs.onDial = handler;
  }

  /** The far end of a leg that has been dialled. */
  farEnd(channelId: string): SimulatedParty {
    const party = this.legs.parties.find(({ channel }) => channel.id === channelId);
    if (!party) throw new Error(`nobody has dialled ${channelId}`);
    return party;
  }

  /** A playback comes to its end. */
  finishPlayback(id: string, state: 'done' | 'failed' = 'done'): void {
    this.playbacks.finish(id, state);
  }

  /** Takes a request and resolves to what Asterisk says and does. */
  async perform(request: SimulatedRequest): Promise<SimulatedAnswer> {
    await this.#threadOf(request);
    const { resource, name } = request.operation;
    const handle = this.#handlers[`${resource}.${name}`];
    const { result, events } = this.causedBy(() => handle?.(request) ?? gone('Resource'));
    return { ...result, events };
  }

  readonly #own: Handlers = {
    'asterisk.ping': () => ({
      status: 200,
      body: { asterisk_id: 'simulated', ping: 'pong', timestamp: new Date(systemTime()).toISOString() },
    }),
    'asterisk.getInfo': () => ({
      status: 200,
      body: {
        system: { version: 'simulated', entity_id: '02:fa:4e:00:00:01' },
        status: { startup_time: this.#startedAt },
      },
    }),
    'asterisk.setGlobalVar': ({ query: { variable = '', value = '' } }) => {
      this.globals.set(variable, value);
      return done;
    },
    'asterisk.getGlobalVar': ({ query: { variable = '' } }) => ({
      status: 200,
      body: { value: this.globals.get(variable) ?? '' },
    }),
    'asterisk.getModule': ({ path: { moduleName = '' } }) =>
      this.modules.has(moduleName) ? { status: 200, body: { name: moduleName } } : gone('Module'),
    'asterisk.updateObject': ({ path: { objectType = '', id = '' }, body }) => {
      const fields = (body?.fields ?? []) as readonly { attribute: string; value: string }[];
      const key = `${objectType}/${id}`;
      const given = fields.map(({ attribute, value }) => [attribute, value] as const);
      this.objects.set(key, { ...this.objects.get(key), ...Object.fromEntries(given) });
      if (objectType === 'endpoint' && !this.legs.phones.has(id)) this.legs.phones.set(id, 'offline');
      return { status: 200, body: [...fields] };
    },
    'asterisk.deleteObject': ({ path: { objectType = '', id = '' } }) => {
      if (objectType === 'endpoint') this.legs.phones.delete(id);
      return this.objects.delete(`${objectType}/${id}`) ? done : gone('Object');
    },
    'sounds.get': ({ path: { soundId = '' } }) =>
      this.missingSounds.has(`sound:${soundId}`) ? gone('Sound') : { status: 200, body: { id: soundId } },
    'events.userEvent': ({ path: { eventName = '' }, query }) => {
      if (query.application !== this.app || !this.isServed()) return gone('Application');
      this.emit({ type: 'ChannelUserevent', eventname: eventName, userevent: {} });
      return done;
    },
    'applications.get': () =>
      this.isServed() ? { status: 200, body: { name: this.app } } : gone('Application'),
    'applications.filter': ({ body }) => {
      const disallowed = (body?.disallowed ?? []) as readonly { readonly type: string }[];
      this.disallow(disallowed.map(({ type }) => type));
      return { status: 200, body: { name: this.app } };
    },
    'applications.subscribe': ({ query }) => {
      const channel = this.channels.get((query.eventSource ?? '').replace(/^channel:/, ''));
      if (!channel) return refused(422, 'EventSource does not exist');
      channel.isWatched = true;
      return { status: 200, body: { name: this.app } };
    },
  };

  /** What waits for a channel's thread waits for what is played to it and recorded of it. */
  async #threadOf({ operation, path, query }: SimulatedRequest): Promise<void> {
    if (['answer', 'setChannelVar', 'removeChannel'].includes(operation.name))
      await this.channels.get(path.channelId ?? query.channel ?? '')?.media.whenFree();
    else if (operation.name === 'addChannel') {
      const media = this.channels.get(query.channel ?? '')?.media;
      if (media?.running?.kind === 'playback') await media.whenFree();
    }
  }
}
