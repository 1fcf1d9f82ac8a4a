import type { Playback } from '../../ari/events.gen.ts';
import { now } from '../../core/clock.ts';
import { after } from '../../core/wait.ts';
import type { SimulatedChannel } from './channel.ts';
import type { MediaJob, MediaQueue } from './media-queue.ts';
import { done, gone, type Handlers, invalidState, notInStasis, type Reply, refused } from './request.ts';
import type { SimulatedWorld } from './world.ts';

/** In milliseconds; `manual`: until the test finishes it. */
type SoundLength = number | 'manual';

export type SoundLengths = SoundLength | ((media: string) => SoundLength);

interface HeldPlayback extends Playback {
  readonly job: MediaJob;
  readonly queue: MediaQueue;
  readonly isPaused?: boolean;
  /** How much of it is still to come, of a paused one. */
  readonly left?: number | undefined;
}

/** Outgoing, and its party has not answered: nothing can be played to it. */
export function isUnanswered({ state }: SimulatedChannel): boolean {
  return state === 'Down' || state === 'Ringing';
}

/** The playbacks of the simulated Asterisk, to channels and to bridges. */
export class SimulatedPlaybacks {
  soundLength: SoundLengths;
  /** Sounds that are not there: their playback fails at once. */
  readonly missingSounds = new Set<string>();
  /** Whether there is a stored recording; the playback of any other ends without a word. */
  hasRecording: (name: string) => boolean = () => false;
  readonly #world: SimulatedWorld;
  readonly #playbacks = new Map<string, HeldPlayback>();
  readonly #endings = new Map<string, { readonly timer: Disposable; readonly at: number }>();

  constructor(world: SimulatedWorld, soundLength: SoundLengths) {
    this.#world = world;
    this.soundLength = soundLength;
  }

  /** Those that have not ended, with their media. */
  get playing(): readonly { readonly id: string; readonly media: string }[] {
    return [...this.#playbacks.values()].map(({ id, media_uri }) => ({ id, media: media_uri }));
  }

  /** One comes to its end. */
  finish(id: string, state: 'done' | 'failed' = 'done'): void {
    const playback = this.#end(id, state);
    playback?.queue.done(playback.job);
  }

  /** One ends and Asterisk forgets to say so. */
  forget(id: string): void {
    const playback = this.#take(id);
    playback?.queue.done(playback.job);
  }

  readonly handlers: Handlers = {
    'channels.play': ({ path, body }) => {
      const channel = this.#world.channels.get(path.channelId ?? '');
      if (!channel) return gone('Channel');
      if (!channel.isInStasis) return notInStasis;
      if (isUnanswered(channel)) return invalidState;
      channel.isOnHold = false; // and it is not resumed
      return this.#play(channel.media, `channel:${channel.id}`, body);
    },
    'bridges.play': ({ path, body }) => {
      const bridge = this.#world.bridges.get(path.bridgeId ?? '');
      return bridge ? this.#play(bridge.media, `bridge:${bridge.id}`, body) : gone('Bridge');
    },
    'playbacks.get': ({ path }) => {
      const playback = this.#playbacks.get(path.playbackId ?? '');
      return playback ? { status: 200, body: shown(playback) } : gone('Playback');
    },
    'playbacks.control': ({ path, query }) => this.#control(path.playbackId ?? '', query.operation ?? ''),
    'playbacks.stop': ({ path }) => {
      if (!this.#playbacks.has(path.playbackId ?? '')) return gone('Playback');
      this.finish(path.playbackId ?? '');
      return done;
    },
  };

  #play(queue: MediaQueue, target_uri: string, body: Readonly<Record<string, unknown>> = {}): Reply {
    const { media, playbackId } = body;
    const id = String(playbackId);
    const job: MediaJob = {
      kind: 'playback',
      start: () => this.#start(id),
      drop: (isRunning) => {
        if (!isRunning) this.#begin(id); // each is begun and fails
        this.#end(id, 'failed');
      },
    };
    const media_uri = String(Array.isArray(media) ? media[0] : media);
    const playback = { id, media_uri, target_uri, language: 'en', state: 'queued' as const, job, queue };
    this.#playbacks.set(id, playback);
    queue.add(job);
    return { status: 201, body: shown(playback) };
  }

  #control(id: string, operation: string): Reply {
    const playback = this.#playbacks.get(id);
    if (!playback) return gone('Playback');
    const { state } = playback;
    if (!['pause', 'unpause', 'reverse'].includes(operation)) return refused(400, 'Invalid operation');
    if (state === 'queued' || (operation === 'reverse' && playback.isPaused))
      return refused(409, `Can only ${operation} while media is playing`);
    if (operation === 'pause') this.#pause(playback);
    else if (operation === 'unpause') this.#goOn(playback);
    return done;
  }

  #pause(playback: HeldPlayback): void {
    if (playback.isPaused) return;
    this.#playbacks.set(playback.id, { ...playback, isPaused: true, left: this.#takeTimer(playback.id) });
  }

  /** And says so as if it began. */
  #goOn({ id, isPaused, left }: HeldPlayback): void {
    if (!isPaused) return;
    this.#begin(id);
    if (left !== undefined) this.#endAfter(id, left);
  }

  #begin(id: string): Playback | undefined {
    const playback = this.#playbacks.get(id);
    if (!playback) return undefined;
    const playing = { ...playback, state: 'playing' as const, isPaused: false };
    this.#playbacks.set(id, playing);
    this.#world.emit({ type: 'PlaybackStarted', playback: shown(playing) });
    return playing;
  }

  #start(id: string): void {
    const playing = this.#begin(id);
    if (!playing) return;
    const [scheme, name = ''] = playing.media_uri.split(':');
    const isThere = scheme === 'sound' || (scheme === 'recording' && this.hasRecording(name));
    const length =
      typeof this.soundLength === 'function' ? this.soundLength(playing.media_uri) : this.soundLength;
    if (this.missingSounds.has(playing.media_uri)) this.finish(id, 'failed');
    else if (!isThere) this.forget(id);
    else if (length === 0) this.finish(id);
    else if (length !== 'manual') this.#endAfter(id, length);
  }

  #endAfter(id: string, ms: number): void {
    const timer = after(ms, () => this.finish(id));
    this.#endings.set(id, { timer, at: now() + ms });
  }

  /** Answers how long it would have gone on. */
  #takeTimer(id: string): number | undefined {
    const ending = this.#endings.get(id);
    ending?.timer[Symbol.dispose]();
    this.#endings.delete(id);
    return ending && Math.max(0, ending.at - now());
  }

  #end(id: string, state: 'done' | 'failed') {
    const playback = this.#take(id);
    if (playback) this.#world.emit({ type: 'PlaybackFinished', playback: { ...shown(playback), state } });
    return playback;
  }

  #take(id: string) {
    const playback = this.#playbacks.get(id);
    this.#playbacks.delete(id);
    this.#takeTimer(id);
    return playback;
  }
}

function shown({ id, media_uri, target_uri, state, isPaused }: Playback & Partial<HeldPlayback>): Playback {
  const told = isPaused ? ('paused' as Playback['state']) : state; // of which Asterisk's own description does not know
  return { id, media_uri, target_uri, language: 'en', state: told };
}
