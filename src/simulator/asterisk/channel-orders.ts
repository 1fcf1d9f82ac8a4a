import { sipStatusOf } from './causes.ts';
import type { SimulatedChannel } from './channel.ts';
import type { DialplanPlace } from './dialplan.ts';
import { isUnanswered } from './playbacks.ts';
import {
  done,
  gone,
  type Handlers,
  invalidState,
  notInStasis,
  type Reply,
  refused,
  type SimulatedRequest,
} from './request.ts';
import type { SimulatedWorld } from './world.ts';

type Handler = (channel: SimulatedChannel, request: SimulatedRequest) => Reply;

interface Listeners {
  readonly onCancel: (channel: SimulatedChannel) => void;
  readonly onContinue: (channel: SimulatedChannel, place: DialplanPlace) => void;
}

/** What a channel can be told. */
export class SimulatedChannelOrders {
  readonly #world: SimulatedWorld;
  readonly #onCancel: Listeners['onCancel'];
  readonly #onContinue: Listeners['onContinue'];

  /** Told of channels that are hung up before they are, and of those that go into the dialplan. */
  constructor(world: SimulatedWorld, { onCancel, onContinue }: Listeners) {
    this.#world = world;
    this.#onCancel = onCancel;
    this.#onContinue = onContinue;
  }

  readonly handlers: Handlers = {
    'channels.list': () => ({
      status: 200,
      body: [...this.#world.channels.values()].map(({ json }) => json),
    }),
    'channels.get': this.#ofChannel((channel) => ({ status: 200, body: channel.json })),
    'channels.hangup': this.#ofChannel((channel, { query }) => {
      this.#hangup(channel, Number(query.reason_code ?? 16));
      return done;
    }),
    'channels.answer': this.#ofAnswerable((channel) => {
      if (channel.state === 'Up') return;
      channel.state = 'Up';
      this.#world.emit({ type: 'ChannelStateChange', channel: channel.json });
    }),
    'channels.ring': this.#ofFlag('isRung', true),
    'channels.ringStop': this.#ofFlag('isRung', false),
    'channels.progress': this.#ofAnswerable(() => undefined),
    'channels.startMoh': this.#ofFlag('isOnHold', true),
    'channels.stopMoh': this.#ofFlag('isOnHold', false),
    'channels.hold': this.#ofFlag('isHeld', true),
    'channels.unhold': this.#ofFlag('isHeld', false),
    'channels.rtpstatistics': this.#ofChannel(({ name, hasStream, stream }) => {
      if (!name.startsWith('PJSIP/') || !this.#world.countsPackets)
        return refused(403, 'Unsupported channel type');
      return hasStream ? { status: 200, body: stream } : refused(404, 'RTP info not found');
    }),
    'channels.startSilence': this.#ofFlag('isKeptAlive', true),
    'channels.stopSilence': this.#ofFlag('isKeptAlive', false),
    'channels.mute': this.#ofDirection((channel, ways) => {
      for (const way of ways) channel.muted.add(way);
    }),
    'channels.unmute': this.#ofDirection((channel, ways) => {
      for (const way of ways) channel.muted.delete(way);
    }),
    'channels.sendDTMF': (request) => {
      const { dtmf = '' } = request.query;
      if (dtmf === '') return refused(400, 'DTMF is required');
      return this.#ofAnswerable((channel) => {
        channel.sentDigits += dtmf;
      })(request);
    },
    'channels.continueInDialplan': this.#ofChannel((channel, { query }) => {
      if (!channel.isInStasis) return notInStasis;
      const { context = '', extension = '', priority = '1' } = query;
      this.#world.leave(channel);
      this.#onContinue(channel, { context, extension, priority: Number(priority) });
      return done;
    }),
    'channels.getChannelVar': this.#ofChannel((channel, { query }) => readVariable(channel, query.variable)),
    'channels.setChannelVar': this.#ofChannel((channel, { query: { variable = '', value = '' } }) => {
      if (!channel.isInStasis) return notInStasis;
      channel.variables.set(variable, value);
      this.#world.emit({ type: 'ChannelVarset', variable, value, channel: channel.json });
      return done;
    }),
  };

  #hangup(channel: SimulatedChannel, cause: number): void {
    this.#world.emit({ type: 'ChannelHangupRequest', cause: 32, soft: true, channel: channel.json });
    this.#onCancel(channel);
    if (channel.state === 'Up') return this.#world.end(channel, { by: 'them', cause }, { cause });
    if (channel.state === 'Ring')
      // Our dialplan's `h` sends what was chosen.
      return this.#world.end(
        channel,
        { by: 'them', status: Number(channel.variables.get('ARIFLOW_SIP_CODE') ?? sipStatusOf(cause)) },
        { cause },
      );
    this.#world.leave(channel);
    const tech_cause = sipStatusOf(cause);
    // One that was never dialled is ended by its driver too.
    if (channel.state === 'Down' && !channel.isDialled)
      this.#world.emit({ type: 'ChannelHangupRequest', cause, tech_cause, channel: channel.json });
    this.#world.end(channel, { by: 'them', status: 487 }, { cause });
  }

  #ofChannel(handle: Handler): Handlers[string] {
    return (request) => {
      const channel = this.#world.channels.get(request.path.channelId ?? '');
      return channel ? handle(channel, request) : gone('Channel');
    };
  }

  /** What an outgoing channel takes only when it is answered. */
  #ofAnswerable(obey: (channel: SimulatedChannel, request: SimulatedRequest) => void): Handlers[string] {
    return this.#ofChannel((channel, request) => {
      if (!channel.isInStasis) return notInStasis;
      if (isUnanswered(channel)) return invalidState;
      obey(channel, request);
      return done;
    });
  }

  #ofFlag(flag: 'isRung' | 'isOnHold' | 'isHeld' | 'isKeptAlive', value: boolean): Handlers[string] {
    return this.#ofAnswerable((channel) => {
      channel[flag] = value;
    });
  }

  #ofDirection(obey: (channel: SimulatedChannel, ways: readonly ('in' | 'out')[]) => void): Handlers[string] {
    return (request) => {
      const { direction = 'both' } = request.query;
      const ways = direction === 'both' ? (['in', 'out'] as const) : [direction];
      if (!ways.every((way) => way === 'in' || way === 'out'))
        return refused(400, 'Invalid direction specified');
      return this.#ofAnswerable((channel) => obey(channel, ways))(request);
    };
  }
}

function readVariable(channel: SimulatedChannel, name = ''): Reply {
  if (name === 'CHANNEL(rtp,hold)' && channel.state === 'Up')
    return { status: 200, body: { value: channel.isHeldByPhone ? '1' : '0' } };
  if (name === 'CHANNEL(audioreadformat)') return { status: 200, body: { value: channel.formats.read } };
  if (name === 'CHANNEL(audionativeformat)')
    return { status: 200, body: { value: `(${channel.formats.native})` } };
  // Every context of ours is there, unless a test says otherwise.
  if (name.startsWith('DIALPLAN_EXISTS('))
    return { status: 200, body: { value: channel.variables.get(name) ?? '1' } };
  const header = /^PJSIP_HEADER\(read,(.+)\)$/.exec(name)?.[1];
  const value =
    header === undefined ? channel.variables.get(name) : channel.headers.get(header.toLowerCase());
  if (value !== undefined) return { status: 200, body: { value } };
  // A function that finds nothing has failed, for Asterisk.
  return header === undefined && !name.includes('(')
    ? gone('Variable')
    : refused(500, 'Unable to read provided function');
}
