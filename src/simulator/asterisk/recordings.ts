import type { LiveRecording } from '../../ari/events.gen.ts';
import { systemTime } from '../../core/clock.ts';
import type { SimulatedChannel } from './channel.ts';
import type { MediaJob, MediaQueue } from './media-queue.ts';
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

type HeldRecording = {
  readonly name: string;
  readonly format: string;
  readonly target_uri: string;
  state: LiveRecording['state'];
  startedAt: number;
  stop: () => void;
};

const formats = ['wav', 'wav16', 'sln', 'sln16', 'ulaw', 'alaw', 'gsm', 'g722'];

/** The recordings of the simulated Asterisk: live ones, and the files they leave. */
export class SimulatedRecordings {
  /** Formats of the files there are, by name. */
  readonly stored = new Map<string, string>();
  readonly #world: SimulatedWorld;
  readonly #live = new Map<string, HeldRecording>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.whenEnding({ bridge: ({ id }) => this.#forget(`bridge:${id}`) });
  }

  /** The names of those that have not ended. */
  get live(): readonly string[] {
    return [...this.#live.keys()];
  }

  readonly handlers: Handlers = {
    'channels.record': ({ path, query }) => {
      const channel = this.#world.channels.get(path.channelId ?? '');
      if (!channel) return gone('Channel');
      if (!channel.isInStasis) return notInStasis;
      return this.#record(`channel:${channel.id}`, query, (recording) => this.#queue(channel, recording));
    },
    'bridges.record': ({ path, query }) => {
      const bridge = this.#world.bridges.get(path.bridgeId ?? '');
      if (!bridge) return gone('Bridge');
      return this.#record(`bridge:${bridge.id}`, query, (recording) => this.#start(recording));
    },
    'recordings.getLive': this.#ofLive((recording) => ({ status: 200, body: shown(recording) })),
    'recordings.stop': this.#ofLive((recording) => {
      // One that waits is begun all the same.
      if (recording.state === 'queued') recording.state = 'canceled';
      else if (recording.state !== 'canceled') recording.stop();
      return done;
    }),
    'recordings.pause': this.#ofLive((recording) => this.#turn(recording, 'paused')),
    'recordings.unpause': this.#ofLive((recording) => this.#turn(recording, 'recording')),
    'recordings.getStored': ({ path: { recordingName: name = '' } }) => {
      const format = this.stored.get(name);
      return format === undefined ? gone('Recording') : { status: 200, body: { name, format } };
    },
    'recordings.deleteStored': ({ path }) =>
      this.stored.delete(path.recordingName ?? '') ? done : gone('Recording'),
  };

  #ofLive(handle: (recording: HeldRecording) => Reply): Handlers[string] {
    return ({ path }) => {
      const recording = this.#live.get(path.recordingName ?? '');
      return recording ? handle(recording) : gone('Recording');
    };
  }

  #turn(recording: HeldRecording, state: 'recording' | 'paused'): Reply {
    if (recording.state !== 'recording' && recording.state !== 'paused')
      return refused(409, 'Recording not in session');
    recording.state = state;
    return done;
  }

  #record(
    target_uri: string,
    { name = '', format = '' }: SimulatedRequest['query'],
    begin: (recording: HeldRecording) => void,
  ): Reply {
    if (name.split('/').includes('..')) return refused(500, 'Error parsing request');
    if (!formats.includes(format)) return refused(422, 'specified format is unknown on this system');
    if (this.#live.has(name))
      return refused(409, `Recording '${name}' already exists and can not be overwritten`);
    const recording: HeldRecording = {
      name,
      format,
      target_uri,
      state: 'queued',
      startedAt: 0,
      stop: () => this.#finish(recording),
    };
    this.#live.set(name, recording);
    const body = shown(recording);
    begin(recording);
    return { status: 201, body };
  }

  #queue(channel: SimulatedChannel, recording: HeldRecording): void {
    const job: MediaJob = {
      kind: 'recording',
      start: () => {
        if (channel.bridge || channel.isDialled) return this.#fail(recording, channel.media, job);
        this.#answer(channel);
        this.#start(recording);
      },
      drop: (isRunning) => {
        if (!isRunning) this.#start(recording); // it is begun on a channel that has gone
        this.#finish(recording);
      },
    };
    recording.stop = () => {
      this.#finish(recording);
      channel.media.done(job);
    };
    channel.media.add(job);
  }

  /** Recording a caller answers him. */
  #answer(channel: SimulatedChannel): void {
    if (channel.state !== 'Ring') return;
    channel.state = 'Up';
    this.#world.emit({ type: 'ChannelStateChange', channel: channel.json });
  }

  #start(recording: HeldRecording): void {
    recording.state = 'recording';
    recording.startedAt = systemTime();
    this.#world.emit({ type: 'RecordingStarted', recording: shown(recording) });
  }

  #finish(recording: HeldRecording): void {
    this.#live.delete(recording.name);
    this.stored.set(recording.name, recording.format);
    const duration = Math.floor((systemTime() - recording.startedAt) / 1_000);
    const ended: LiveRecording = { ...shown(recording), state: 'done', duration };
    this.#world.emit({ type: 'RecordingFinished', recording: ended });
  }

  /** Of what is recorded in a bridge nothing is said when the bridge goes: nobody listens to that one any more. */
  #forget(target_uri: string): void {
    for (const [name, recording] of this.#live) {
      if (recording.target_uri !== target_uri) continue;
      this.#live.delete(name);
      this.stored.set(name, recording.format);
    }
  }

  #fail(recording: HeldRecording, queue: MediaQueue, job: MediaJob): void {
    this.#live.delete(recording.name);
    const cause = 'Cannot record channel while in bridge';
    this.#world.emit({
      type: 'RecordingFailed',
      recording: { ...shown(recording), state: 'failed', cause },
    });
    queue.done(job);
  }
}

function shown({ name, format, target_uri, state }: HeldRecording): LiveRecording {
  return { name, format, target_uri, state };
}
