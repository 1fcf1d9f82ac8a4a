import { randomUUID } from 'node:crypto';
import { systemTime } from '../../src/core/clock.ts';
import { after } from '../../src/core/wait.ts';
import { FakeBridges } from './fake-bridges.ts';
import { FakeChannel, type FakeDial } from './fake-channel.ts';
import { FakeChannelOrders } from './fake-channel-orders.ts';
import { FakeDialplan } from './fake-dialplan.ts';
import { FakeLegs } from './fake-legs.ts';
import type { FakeParty } from './fake-party.ts';
import { FakePlaybacks, type SoundLengths } from './fake-playbacks.ts';
import { FakeRecordings } from './fake-recordings.ts';
import { done, type FakeAnswer, type FakeRequest, gone, type Handlers, refused } from './fake-request.ts';
import { FakeSideChannels } from './fake-side-channels.ts';
import { type FakeArrival, FakeTexts, wordsOf } from './fake-texts.ts';
import { FakeTransfers } from './fake-transfers.ts';
import { FakeWorld } from './fake-world.ts';

export interface FakeAsteriskOptions {
  readonly app?: string;
  /** How long each sound takes; nothing by default. */
  readonly soundLength?: SoundLengths;
}

/** How an operation goes wrong: a status, an answer that comes late or never, or an order accepted and not obeyed. */
export interface Fault {
  readonly status?: number;
  readonly delay?: number;
  readonly isUnanswered?: boolean;
  readonly isIgnored?: boolean;
  /** How many requests it hits; all by default. */
  times?: number;
}

/** A small model of Asterisk: channels, bridges, playbacks, recordings, and the events they cause. */
export class FakeAsterisk extends FakeWorld {
  /** Every request it has taken, oldest first. */
  readonly requests: FakeRequest[] = [];
  readonly playbacks: FakePlaybacks;
  readonly recordings: FakeRecordings;
  readonly legs: FakeLegs;
  readonly sideChannels: FakeSideChannels;
  readonly dialplan: FakeDialplan;
  readonly transfers: FakeTransfers;
  readonly texts: FakeTexts;
  /** Its global variables. */
  readonly globals = new Map([
    ['ARIFLOW_PHONES', 'none'],
    ['ARIFLOW_TRUNKS', 'none'],
  ]);
  /** What was written of its configuration: `endpoint/2001`, with its fields. */
  readonly objects = new Map<string, Readonly<Record<string, string>>>();
  /** Whether anybody has the application. */
  isServed: () => boolean = () => true;
  readonly #handlers: Handlers;
  readonly #faults = new Map<string, Fault>();
  readonly #startedAt = `${new Date(systemTime()).toISOString()}-${randomUUID()}`;

  constructor({ app = 'ariflow', soundLength = 0 }: FakeAsteriskOptions = {}) {
    super(app);
    this.whenEnding({ before: ({ media }) => media.clear(), bridge: ({ media }) => media.clear() });
    this.playbacks = new FakePlaybacks(this, soundLength);
    this.recordings = new FakeRecordings(this);
    this.playbacks.hasRecording = (name) => this.recordings.stored.has(name);
    this.legs = new FakeLegs(this);
    this.sideChannels = new FakeSideChannels(this);
    this.dialplan = new FakeDialplan(this);
    this.transfers = new FakeTransfers(this);
    this.texts = new FakeTexts((endpoint) => this.legs.phones.has(endpoint));
    const orders = new FakeChannelOrders(this, {
      onCancel: (channel) => this.legs.cancel(channel),
      onContinue: (channel, place) => this.dialplan.enter(channel, place),
    });
    const parts = [
      new FakeBridges(this),
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

  /** The names of the operations asked for, oldest first: `answer`, and `bridges.list` where it is not about a channel. */
  get asked(): readonly string[] {
    return this.requests.map(nameOf);
  }

  /** Lets an operation (`hangup`, `bridges.addChannel`, …; as in `asked`) go wrong from now on. */
  fault(operation: string, fault: Fault): void {
    this.#faults.set(operation, { ...fault });
  }

  mend(): void {
    this.#faults.clear();
  }

  /** Somebody calls. */
  dial(dial: FakeDial = {}): FakeChannel {
    const channel = new FakeChannel(this.app, dial);
    this.channels.set(channel.id, channel);
    this.emit({ type: 'StasisStart', args: [...channel.args], channel: channel.json });
    return channel;
  }

  /** Somebody sends a SIP MESSAGE. */
  text(arrival: FakeArrival): FakeChannel {
    return this.dial({ technology: 'Message', args: ['message', ...wordsOf(arrival)], state: 'Up' });
  }

  /** The caller's phone holds the call, or takes it back. */
  holdByPhone(channel: FakeChannel, isOnHold: boolean): void {
    if (channel.isHeldByPhone === isOnHold) return;
    channel.isHeldByPhone = isOnHold;
    if (isOnHold) this.emit({ type: 'ChannelHold', musicclass: 'default', channel: channel.json });
    else this.emit({ type: 'ChannelUnhold', channel: channel.json });
  }

  /** The caller hangs up; before the answer that is a CANCEL. */
  hangup(channel: FakeChannel): void {
    const end = channel.state === 'Up' ? {} : { cause: 127, tech_cause: 487 };
    this.emit({ type: 'ChannelHangupRequest', channel: channel.json, ...end });
    this.end(channel, { by: 'us' });
  }

  /** What whoever is called does from now on; nothing by default. */
  onDial(handler: (party: FakeParty) => void): void {
    this.legs.onDial = handler;
  }

  /** The far end of a leg that has been dialled. */
  farEnd(channelId: string): FakeParty {
    const party = this.legs.parties.find(({ channel }) => channel.id === channelId);
    if (!party) throw new Error(`nobody has dialled ${channelId}`);
    return party;
  }

  /** A playback comes to its end. */
  finishPlayback(id: string, state: 'done' | 'failed' = 'done'): void {
    this.playbacks.finish(id, state);
  }

  /** The playback ends and Asterisk forgets to say so. */
  forgetPlayback(id: string): void {
    this.playbacks.forget(id);
  }

  /** Takes a request and resolves to what Asterisk says and does. */
  async perform(request: FakeRequest): Promise<FakeAnswer> {
    this.requests.push(request);
    const fault = this.#takeFault(nameOf(request));
    if (fault?.delay !== undefined) await new Promise<void>((resolve) => after(fault.delay ?? 0, resolve));
    if (fault?.isUnanswered) await new Promise(() => undefined);
    if (fault?.status !== undefined)
      return { status: fault.status, body: { message: 'fault of the test' }, events: [] };
    if (fault?.isIgnored) return { status: 204, events: [] };
    await this.#threadOf(request);
    const { resource, name } = request.operation;
    const handle = this.#handlers[`${resource}.${name}`];
    const { result, events } = this.causedBy(() => handle?.(request) ?? gone('Resource'));
    return { ...result, events };
  }

  readonly #own: Handlers = {
    'asterisk.ping': () => ({
      status: 200,
      body: { asterisk_id: 'fake', ping: 'pong', timestamp: new Date(systemTime()).toISOString() },
    }),
    'asterisk.getInfo': () => ({
      status: 200,
      body: {
        system: { version: 'fake', entity_id: '02:fa:4e:00:00:01' },
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
  async #threadOf({ operation, path, query }: FakeRequest): Promise<void> {
    if (['answer', 'setChannelVar', 'removeChannel'].includes(operation.name))
      await this.channels.get(path.channelId ?? query.channel ?? '')?.media.whenFree();
    else if (operation.name === 'addChannel') {
      const media = this.channels.get(query.channel ?? '')?.media;
      if (media?.running?.kind === 'playback') await media.whenFree();
    }
  }

  #takeFault(operation: string): Fault | undefined {
    const fault = this.#faults.get(operation);
    if (fault?.times === undefined) return fault;
    if (--fault.times === 0) this.#faults.delete(operation);
    return fault;
  }
}

/** What channels and playbacks are asked has names of its own; bridges, recordings and endpoints have some of the same. */
function nameOf({ operation: { resource, name } }: FakeRequest): string {
  return ['bridges', 'recordings', 'endpoints', 'sounds'].includes(resource) ? `${resource}.${name}` : name;
}
