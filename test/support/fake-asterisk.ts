import type { AriEvent, Playback } from '../../src/ari/events.gen.ts';
import type { Operation } from '../../src/ari/operations.ts';
import { FakeChannel, type FakeDial, sipStatusOf } from './fake-channel.ts';

/** In milliseconds; `manual`: until the test finishes it. */
type SoundLength = number | 'manual';

export interface FakeAsteriskOptions {
  readonly app?: string;
  /** How long each sound takes; nothing by default. */
  readonly soundLength?: SoundLength | ((media: string) => SoundLength);
}

/** A request, whatever it came through. */
export interface FakeRequest {
  readonly operation: Pick<Operation, 'resource' | 'name'>;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** What the request caused; whoever carries the answer decides which of the two comes first. */
  readonly events: readonly AriEvent[];
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

type Reply = { readonly status: number; readonly body?: unknown };
type Handler = (request: FakeRequest) => Reply;
type EventFields<T> = T extends AriEvent ? Omit<T, 'application' | 'timestamp' | 'asterisk_id'> : never;

const gone = (what: string): Reply => ({ status: 404, body: { message: `${what} not found` } });
const notInStasis: Reply = { status: 409, body: { message: 'Channel not in Stasis application' } };

/** A small model of Asterisk: channels, playbacks and the events they cause. */
export class FakeAsterisk {
  readonly app: string;
  readonly channels = new Map<string, FakeChannel>();
  /** Every request it has taken, oldest first. */
  readonly requests: FakeRequest[] = [];
  /** Who gets the events of the application. */
  onEvent: (event: AriEvent) => void = () => undefined;
  soundLength: SoundLength | ((media: string) => SoundLength);
  /** Sounds that are not there: their playback fails at once. */
  readonly missingSounds = new Set<string>();
  readonly #playbacks = new Map<string, Playback & { readonly channel: FakeChannel }>();
  readonly #endings = new Map<string, NodeJS.Timeout>();
  readonly #faults = new Map<string, Fault>();
  #disallowed: ReadonlySet<string> = new Set();
  #caused: AriEvent[] | undefined;
  #held: AriEvent[] = [];

  constructor({ app = 'ariflow', soundLength = 0 }: FakeAsteriskOptions = {}) {
    this.app = app;
    this.soundLength = soundLength;
  }

  /** The playbacks that have not ended, with their media. */
  get playing(): readonly { readonly id: string; readonly media: string }[] {
    return [...this.#playbacks.values()].map(({ id, media_uri }) => ({ id, media: media_uri }));
  }

  /** The names of the operations asked for, oldest first. */
  get asked(): readonly string[] {
    return this.requests.map(({ operation }) => operation.name);
  }

  /** Lets an operation (`hangup`, `play`, …) go wrong from now on. */
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
    this.emit({ type: 'StasisStart', args: channel.args, channel: channel.json });
    return channel;
  }

  /** The caller presses keys. */
  press(channel: FakeChannel, digits: string): void {
    for (const digit of digits)
      this.emit({ type: 'ChannelDtmfReceived', digit, duration_ms: 100, channel: channel.json });
  }

  /** The caller hangs up; before the answer that is a CANCEL. */
  hangup(channel: FakeChannel): void {
    const end = channel.state === 'Up' ? {} : { cause: 127, tech_cause: 487 };
    this.emit({ type: 'ChannelHangupRequest', channel: channel.json, ...end });
    this.end(channel, { by: 'us' });
  }

  /** The channel is no more. */
  end(channel: FakeChannel, end: Parameters<FakeChannel['ended']['resolve']>[0]): void {
    if (!this.channels.delete(channel.id)) return;
    const [playing] = channel.playbacks;
    if (playing !== undefined) this.#finish(playing, 'failed');
    for (const id of channel.playbacks.splice(0)) this.#forget(id); // queued ones end without a word
    this.emit({ type: 'StasisEnd', channel: channel.json });
    for (const go of channel.waiting.splice(0)) go();
    channel.ended.resolve(end);
  }

  /** A playback comes to its end. */
  finishPlayback(id: string, state: 'done' | 'failed' = 'done'): void {
    const playback = this.#finish(id, state);
    if (!playback) return;
    const { channel } = playback;
    channel.playbacks.splice(channel.playbacks.indexOf(id), 1);
    const [next] = channel.playbacks;
    if (next !== undefined) this.#start(next);
    else for (const go of channel.waiting.splice(0)) go();
  }

  /** The playback ends and Asterisk forgets to say so. */
  forgetPlayback(id: string): void {
    const playback = this.#forget(id);
    playback?.channel.playbacks.splice(playback.channel.playbacks.indexOf(id), 1);
  }

  /** Takes a request and resolves to what Asterisk says and does. */
  async perform(request: FakeRequest): Promise<FakeAnswer> {
    this.requests.push(request);
    const { name } = request.operation;
    const fault = this.#takeFault(name);
    if (fault?.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delay));
    if (fault?.isUnanswered) await new Promise(() => undefined);
    if (fault?.status !== undefined)
      return { status: fault.status, body: { message: 'fault of the test' }, events: [] };
    if (fault?.isIgnored) return { status: 204, events: [] };
    await this.#threadOf(request);
    const caused: AriEvent[] = [];
    this.#caused = caused;
    try {
      const handler = this.#handlers[`${request.operation.resource}.${name}`];
      return { ...(handler?.(request) ?? gone('Resource')), events: caused };
    } finally {
      this.#caused = undefined;
    }
  }

  /** Keeps events back until `release`, so that an answer can come first; what happens meanwhile waits behind them. */
  hold(events: readonly AriEvent[]): void {
    this.#held.push(...events);
  }

  release(): void {
    for (const event of this.#held.splice(0)) this.#deliver(event);
  }

  /** Any event at all, also one Asterisk would not send. */
  emit<T extends AriEvent>(fields: EventFields<T>): void {
    const timestamp = new Date().toISOString();
    const event = { ...fields, application: this.app, timestamp, asterisk_id: 'fake' } as unknown as AriEvent;
    if (this.#caused) this.#caused.push(event);
    else if (this.#held.length > 0) this.#held.push(event);
    else this.#deliver(event);
  }

  #deliver(event: AriEvent): void {
    if (!this.#disallowed.has(event.type)) this.onEvent(event);
  }

  readonly #handlers: Readonly<Record<string, Handler>> = {
    'asterisk.ping': () => ({
      status: 200,
      body: { asterisk_id: 'fake', ping: 'pong', timestamp: new Date().toISOString() },
    }),
    'applications.filter': ({ body }) => {
      const disallowed = (body?.disallowed ?? []) as readonly { readonly type: string }[];
      this.#disallowed = new Set(disallowed.map(({ type }) => type));
      return { status: 200, body: { name: this.app } };
    },
    'bridges.list': () => ({ status: 200, body: [] }),
    'channels.list': () => ({ status: 200, body: [...this.channels.values()].map(({ json }) => json) }),
    'channels.get': this.#ofChannel((channel) => ({ status: 200, body: channel.json })),
    'channels.answer': this.#ofChannel((channel) => {
      if (!channel.isInStasis) return notInStasis;
      if (channel.state !== 'Up') {
        channel.state = 'Up';
        this.emit({ type: 'ChannelStateChange', channel: channel.json });
      }
      return { status: 204 };
    }),
    'channels.hangup': this.#ofChannel((channel, { query }) => {
      const cause = Number(query.reason_code ?? 16);
      this.emit({ type: 'ChannelHangupRequest', cause: 32, soft: true, channel: channel.json });
      this.end(
        channel,
        channel.state === 'Up' ? { by: 'them', cause } : { by: 'them', status: sipStatusOf(cause) },
      );
      return { status: 204 };
    }),
    'channels.play': this.#ofChannel((channel, { body }) => this.#play(channel, body ?? {})),
    'channels.startMoh': this.#ofChannel((channel) => this.#hold(channel, true)),
    'channels.stopMoh': this.#ofChannel((channel) => this.#hold(channel, false)),
    'channels.getChannelVar': this.#ofChannel((channel, { query }) => readVariable(channel, query.variable)),
    'channels.setChannelVar': this.#ofChannel((channel, { query }) => {
      if (!channel.isInStasis) return notInStasis;
      channel.variables.set(query.variable ?? '', query.value ?? '');
      this.emit({
        type: 'ChannelVarset',
        variable: query.variable ?? '',
        value: query.value ?? '',
        channel: channel.json,
      });
      return { status: 204 };
    }),
    'playbacks.get': ({ path }) => {
      const playback = this.#playbacks.get(path.playbackId ?? '');
      if (!playback) return gone('Playback');
      const { channel: _, ...body } = playback;
      return { status: 200, body };
    },
    'playbacks.stop': ({ path }) => {
      if (!this.#playbacks.has(path.playbackId ?? '')) return gone('Playback');
      this.finishPlayback(path.playbackId ?? '');
      return { status: 204 };
    },
  };

  #ofChannel(handle: (channel: FakeChannel, request: FakeRequest) => Reply): Handler {
    return (request) => {
      const channel = this.channels.get(request.path.channelId ?? '');
      return channel ? handle(channel, request) : gone('Channel');
    };
  }

  #hold(channel: FakeChannel, isOnHold: boolean): Reply {
    if (!channel.isInStasis) return notInStasis;
    if (channel.state === 'Down' || channel.state === 'Ringing')
      return { status: 412, body: { message: 'Channel in invalid state' } };
    channel.isOnHold = isOnHold;
    return { status: 204 };
  }

  #play(channel: FakeChannel, { media, playbackId }: Readonly<Record<string, unknown>>): Reply {
    if (!channel.isInStasis) return notInStasis;
    if (channel.state === 'Down' || channel.state === 'Ringing')
      return { status: 412, body: { message: 'Channel in invalid state' } };
    const id = String(playbackId);
    const playback = {
      id,
      media_uri: String(Array.isArray(media) ? media[0] : media),
      target_uri: `channel:${channel.id}`,
      language: 'en',
      state: 'queued' as const,
      channel,
    };
    this.#playbacks.set(id, playback);
    channel.playbacks.push(id);
    if (channel.playbacks.length === 1) this.#start(id);
    const { channel: _, ...body } = playback;
    return { status: 201, body };
  }

  #start(id: string): void {
    const playback = this.#playbacks.get(id);
    if (!playback) return;
    const playing = { ...playback, state: 'playing' as const };
    this.#playbacks.set(id, playing);
    this.emit({ type: 'PlaybackStarted', playback: shown(playing) });
    const [scheme] = playing.media_uri.split(':');
    const length =
      typeof this.soundLength === 'function' ? this.soundLength(playing.media_uri) : this.soundLength;
    if (this.missingSounds.has(playing.media_uri)) this.finishPlayback(id, 'failed');
    else if (scheme !== 'sound') this.forgetPlayback(id);
    else if (length === 0) this.finishPlayback(id);
    else if (length !== 'manual') {
      const ending = setTimeout(() => this.finishPlayback(id), length);
      this.#endings.set(id, ending);
    }
  }

  #finish(id: string, state: 'done' | 'failed') {
    const playback = this.#forget(id);
    if (!playback) return undefined;
    this.emit({ type: 'PlaybackFinished', playback: shown({ ...playback, state }) });
    return playback;
  }

  #forget(id: string) {
    const playback = this.#playbacks.get(id);
    this.#playbacks.delete(id);
    clearTimeout(this.#endings.get(id));
    this.#endings.delete(id);
    return playback;
  }

  /** What waits for the channel's thread waits for its playbacks. */
  async #threadOf({ operation, path }: FakeRequest): Promise<void> {
    const channel = this.channels.get(path.channelId ?? '');
    if (!channel || !['answer', 'setChannelVar'].includes(operation.name)) return;
    if (channel.playbacks.length > 0) await new Promise<void>((resolve) => channel.waiting.push(resolve));
  }

  #takeFault(operation: string): Fault | undefined {
    const fault = this.#faults.get(operation);
    if (fault?.times === undefined) return fault;
    if (--fault.times === 0) this.#faults.delete(operation);
    return fault;
  }
}

function shown({ id, media_uri, target_uri, state }: Playback): Playback {
  return { id, media_uri, target_uri, language: 'en', state };
}

function readVariable(channel: FakeChannel, name = ''): Reply {
  const header = /^PJSIP_HEADER\(read,(.+)\)$/.exec(name)?.[1];
  const value =
    header === undefined ? channel.variables.get(name) : channel.headers.get(header.toLowerCase());
  if (value !== undefined) return { status: 200, body: { value } };
  // A function that finds nothing has failed, for Asterisk.
  return header === undefined
    ? gone('Variable')
    : { status: 500, body: { message: 'Unable to read provided function' } };
}
