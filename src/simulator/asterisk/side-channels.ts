import { SimulatedChannel } from './channel.ts';
import { type Handlers, type Reply, refused, type SimulatedRequest } from './request.ts';
import type { SimulatedWorld } from './world.ts';

const internalError = refused(500, 'An internal error prevented this request from being handled');

/** The channels beside a call: snoops, and external media. */
export class SimulatedSideChannels {
  /** `host:port` of AudioSocket servers that take connections; all others refuse. */
  readonly audioSockets = new Set<string>();
  readonly #world: SimulatedWorld;
  /** By snoop, the channel it listens to. */
  readonly #targets = new Map<SimulatedChannel, SimulatedChannel>();
  /** By the id of the connection that it waits for, a channel. */
  readonly #awaited = new Map<string, string>();
  #lastPort = 20_000;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.whenEnding({ after: (channel) => this.#endSnoops(channel) });
  }

  /** The party of a channel begins to talk, or falls silent: told of those snoops that were to listen for that. */
  talk(target: SimulatedChannel, isTalking: boolean): void {
    for (const [snoop, heard] of this.#targets) {
      if (heard !== target || !snoop.variables.has('TALK_DETECT(set)')) continue;
      if (isTalking) this.#world.emit({ type: 'ChannelTalkingStarted', channel: snoop.json });
      else this.#world.emit({ type: 'ChannelTalkingFinished', duration: 0, channel: snoop.json });
    }
  }

  /** Whoever has external media by WebSocket connects (server mode), and the channel comes to us. */
  connect(channelId: string): void {
    const channel = this.#world.channels.get(channelId);
    if (channel && !channel.isInStasis) this.#comeUp(channel);
  }

  /** The same, by the id of the connection that its audio is to go over. */
  connectBy(connectionId: string): void {
    this.connect(this.#awaited.get(connectionId) ?? '');
  }

  /** Whoever had connected is dead, and so are his connections: what was to go over them is over. */
  disconnect(): void {
    for (const channel of [...this.#world.channels.values()])
      if (channel.name.startsWith('WebSocket/') && channel.isInStasis)
        this.#world.end(channel, { by: 'them' });
  }

  readonly handlers: Handlers = {
    'channels.snoopChannelWithId': ({ path, query }) => {
      const target = this.#world.channels.get(path.channelId ?? '');
      const id = path.snoopId ?? '';
      if (!target) return refused(404, 'Provided channel was not found');
      if (query.spy === undefined && query.whisper === undefined)
        return refused(400, 'Direction must be specified for at least spy or whisper');
      if (this.#world.channels.has(id)) return refused(500, 'Snoop channel could not be created');
      const args = query.appArgs === undefined ? [] : query.appArgs.split(',');
      const snoop = new SimulatedChannel(
        this.#world.app,
        { args, state: 'Up', number: 's' },
        { id, name: `Snoop/${target.id}-00000000` },
      );
      snoop.isWatched = false; // for a snoop Asterisk has no last word
      this.#targets.set(snoop, target);
      this.#world.channels.set(id, snoop);
      this.#world.emit({ type: 'StasisStart', args, channel: snoop.json });
      return { status: 200, body: snoop.json };
    },
    'channels.externalMedia': (request) => this.#externalMedia(request),
  };

  #externalMedia({ query }: SimulatedRequest): Reply {
    const { channelId: id = '', external_host = '', format = '', transport = '', data } = query;
    if (transport !== 'websocket' && !/^.+:\d+$/.test(external_host))
      return refused(400, 'external_host must be <host>:<port> for all transports other than websocket');
    const name = this.#nameOf(query);
    if (name === undefined || this.#world.channels.has(id) || !knownFormats.test(format))
      return internalError;
    const args = query.encapsulation === 'rtp' && data ? data.split(',') : [];
    const channel = new SimulatedChannel(
      this.#world.app,
      { args, number: 's' },
      { id, name, isInStasis: false },
    );
    this.#world.channels.set(id, channel);
    const variables = this.#variablesOf(query);
    const body = { ...channel.json, channelvars: variables };
    this.#awaited.set(variables.MEDIA_WEBSOCKET_CONNECTION_ID ?? '', id);
    this.#dial(channel, '');
    if (transport === 'websocket' && query.connection_type === 'server') return { status: 200, body };
    this.#comeUp(channel);
    return { status: 200, body };
  }

  /** Nothing, where there is no such host or nobody takes the connection. */
  #nameOf({ encapsulation, transport, external_host = '' }: SimulatedRequest['query']): string | undefined {
    if (encapsulation === 'audiosocket')
      return this.audioSockets.has(external_host) ? `AudioSocket/${external_host}-0` : undefined;
    if (transport === 'websocket') return `WebSocket/${external_host || 'INCOMING'}/0x0`;
    return /^(localhost|[\d.]+):/.test(external_host) ? `UnicastRTP/${external_host}-0x0` : undefined;
  }

  /** Where Asterisk listens. */
  #variablesOf({ encapsulation, transport }: SimulatedRequest['query']): Record<string, string> {
    this.#lastPort += 2;
    if (encapsulation === 'rtp')
      return { UNICASTRTP_LOCAL_ADDRESS: '127.0.0.1', UNICASTRTP_LOCAL_PORT: String(this.#lastPort) };
    return transport === 'websocket' ? { MEDIA_WEBSOCKET_CONNECTION_ID: `media-${this.#lastPort}` } : {};
  }

  #comeUp(channel: SimulatedChannel): void {
    channel.state = 'Up';
    this.#world.emit({ type: 'ChannelStateChange', channel: channel.json });
    this.#dial(channel, 'ANSWER');
    channel.isInStasis = true;
    this.#world.emit({ type: 'StasisStart', args: [...channel.args], channel: channel.json });
  }

  #dial(channel: SimulatedChannel, dialstatus: string): void {
    this.#world.emit({ type: 'Dial', peer: channel.json, dialstatus, dialstring: '' });
  }

  #endSnoops(target: SimulatedChannel): void {
    for (const [snoop, spied] of this.#targets) {
      if (snoop === target) this.#targets.delete(snoop);
      else if (spied === target) this.#world.end(snoop, { by: 'us' });
    }
  }
}

const knownFormats = /^(ulaw|alaw|g722|opus|slin\d*)$/;
