import type { Playback } from '../../src/ari/events.gen.ts';
import type { FakeChannel } from './fake-channel.ts';
import type { MediaJob, MediaQueue } from './fake-media-queue.ts';
import { done, gone, type Handlers, invalidState, notInStasis, type Reply } from './fake-request.ts';
import type { FakeWorld } from './fake-world.ts';

/** In milliseconds; `manual`: until the test finishes it. */
type SoundLength = number | 'manual';

export type SoundLengths = SoundLength | ((media: string) => SoundLength);

/** Outgoing, and its party has not answered: nothing can be played to it. */
export function isUnanswered({ state }: FakeChannel): boolean {
  return state === 'Down' || state === 'Ringing';
}

/** The playbacks of the fake Asterisk, to channels and to bridges. */
export class FakePlaybacks {
  soundLength: SoundLengths;
  /** Sounds that are not there: their playback fails at once. */
  readonly missingSounds = new Set<string>();
  /** Whether there is a stored recording; the playback of any other ends without a word. */
  hasRecording: (name: string) => boolean = () => false;
  readonly #world: FakeWorld;
  readonly #playbacks = new Map<string, Playback & { readonly job: MediaJob; readonly queue: MediaQueue }>();
  readonly #endings = new Map<string, NodeJS.Timeout>();

  constructor(world: FakeWorld, soundLength: SoundLengths) {
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

  #begin(id: string): Playback | undefined {
    const playback = this.#playbacks.get(id);
    if (!playback) return undefined;
    const playing = { ...playback, state: 'playing' as const };
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
    else if (length !== 'manual')
      this.#endings.set(
        id,
        setTimeout(() => this.finish(id), length),
      );
  }

  #end(id: string, state: 'done' | 'failed') {
    const playback = this.#take(id);
    if (playback) this.#world.emit({ type: 'PlaybackFinished', playback: { ...shown(playback), state } });
    return playback;
  }

  #take(id: string) {
    const playback = this.#playbacks.get(id);
    this.#playbacks.delete(id);
    clearTimeout(this.#endings.get(id));
    this.#endings.delete(id);
    return playback;
  }
}

function shown({ id, media_uri, target_uri, state }: Playback): Playback {
  return { id, media_uri, target_uri, language: 'en', state };
}
