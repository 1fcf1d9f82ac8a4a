import type { Ari } from '../ari/ari.ts';
import type { IdOf } from '../ari/ids.ts';
import type { Direction } from '../ari/requests.ts';
import { Call } from '../calls/call.ts';
import { SideChannel } from '../calls/side-channel.ts';
import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import { RawRecording, type Source } from './raw-recording.ts';
import type { Segment, Track } from './tracks.ts';

export interface CaptureOptions {
  /** Of the listening channels. */
  readonly id: IdOf;
  /** The listening channels are gone when this is closed. */
  readonly scope: Scope;
  /** What the names of its files begin with. */
  readonly prefix: string;
  readonly sides: readonly Direction[];
  /** Whether the caller is listened to even where he is not recorded. */
  readonly needsEar: boolean;
  /** Removes what Asterisk has written of a track that is not to be kept. */
  readonly discard: (track: Pick<Track, 'name'>) => Promise<void>;
}

const failure = { code: 'RECORDING_FAILED', message: 'Asterisk does not listen to this call' } as const;

interface Running {
  readonly tracks: readonly RawRecording[];
  readonly began: number;
}

interface Listening {
  readonly side: Direction;
  readonly source: Source;
}

/** What Asterisk does for one recording: a channel that listens for each side, and a file for each between two pauses. */
export class Capture {
  readonly #subject: Call | RoomBridge;
  readonly #options: CaptureOptions;
  /** Of the listening channels there are now. */
  #scope: Scope;
  #sources: readonly Listening[] = [];
  #ear: SideChannel | undefined;
  #channels: readonly string[] = [];
  /** How often it has had listening channels. */
  #rounds = 0;
  readonly #broken = Promise.withResolvers<void>();
  readonly #segments: Segment[] = [];
  #running: Running | undefined;
  /** Segments so far, those that came to nothing too: no name is used twice. */
  #count = 0;
  #elapsed = 0;

  private constructor(subject: Call | RoomBridge, options: CaptureOptions) {
    this.#subject = subject;
    this.#options = options;
    this.#scope = options.scope.child();
  }

  /** Resolves when the listening channels are there. @throws ActionError `RECORDING_FAILED`; the scope's reason */
  static async open(subject: Call | RoomBridge, options: CaptureOptions): Promise<Capture> {
    const capture = new Capture(subject, options);
    await capture.listen();
    return capture;
  }

  /** Hangs up the listening channels, after the segment has ended; resolves to their ids. */
  async letGo(): Promise<readonly string[]> {
    await this.#scope.close();
    this.#scope = this.#options.scope.child();
    return this.#channels;
  }

  /** Resolves when there are listening channels. @throws ActionError `RECORDING_FAILED`; the scope's reason */
  async listen(): Promise<void> {
    const subject = this.#subject;
    if (subject instanceof Call) return this.#listenTo(subject);
    const { ari, bridge } = subject;
    const source: Source = {
      expect: bridge.expect,
      record: (recording, signal) => ari.recordings.ofBridge(bridge.id, recording, signal),
    };
    this.#sources = [{ side: 'both', source }];
  }

  async #listenTo(call: Call): Promise<void> {
    const { id, sides, needsEar } = this.#options;
    const scope = this.#scope;
    const round = ++this.#rounds;
    const wanted = new Set<Direction>(needsEar ? [...sides, 'in'] : sides);
    const opening = [...wanted].map(async (side) => {
      const make = (id: string) => call.ari.snoop(call.channelId, id, { spy: side }, scope.signal);
      const snoopId = id('snoop', side, round);
      const channel = await SideChannel.open(call.ari, { id: snoopId, scope, make, failure });
      if (side === 'out') call.whispers.addEar({ channelId: channel.channelId, scope });
      return [side, channel] as const;
    });
    const opened = await Promise.all(opening).finally(() => Promise.allSettled(opening));
    const channels = new Map(opened);
    this.#sources = sides.flatMap((side) => {
      const channel = channels.get(side);
      return channel ? [{ side, source: sourceOf(call.ari, channel) }] : [];
    });
    this.#ear = channels.get('in');
    this.#channels = opened.map(([, { channelId }]) => channelId);
    // Run before the channels are hung up.
    scope.defer(() => this.end());
  }

  /** The channel that hears the caller. */
  get ear(): SideChannel | undefined {
    return this.#ear;
  }

  /** What has been recorded so far, in order. */
  get segments(): readonly Segment[] {
    return this.#running ? [...this.#segments, this.#running.tracks] : this.#segments;
  }

  /** What is being recorded just now. */
  get running(): Segment | undefined {
    return this.#running?.tracks;
  }

  /** How long it has recorded, without pauses; in milliseconds. */
  get elapsed(): number {
    return this.#elapsed + (this.#running ? now() - this.#running.began : 0);
  }

  /** Resolves when Asterisk stops recording though nobody asked it to. */
  get whenBroken(): Promise<void> {
    return this.#broken.promise;
  }

  /**
   * Begins a segment, all sides at once, or none: what was recorded before stays as it is.
   * @throws ActionError `RECORDING_FAILED`; the scope's reason
   */
  async begin(): Promise<void> {
    const number = ++this.#count;
    const wanted = this.#sources.map(({ side, source }) => ({
      source,
      name: `${this.#options.prefix}${number}-${side}`,
    }));
    const starting = wanted.map((one) => RawRecording.start(this.#subject.ari, one, this.#scope.signal));
    const started = await Promise.allSettled(starting);
    const tracks = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') {
      await Promise.all(tracks.map((track) => track.close()));
      await Promise.allSettled(wanted.map(this.#options.discard));
      throw failed.reason;
    }
    const running = { tracks, began: now() };
    this.#running = running;
    for (const { whenEnded } of tracks)
      void whenEnded.then(() => {
        if (this.#running === running) this.#broken.resolve();
      });
  }

  /** Ends the segment, if there is one; resolves when its files are closed. Bounded in time. */
  async end(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#elapsed = this.elapsed;
    this.#running = undefined;
    this.#segments.push(running.tracks);
    await Promise.all(running.tracks.map((track) => track.close()));
  }
}

function sourceOf(ari: Ari, { channelId, expect }: SideChannel): Source {
  return {
    expect,
    record: (recording, signal) => ari.recordings.ofChannel(channelId, recording, signal),
  };
}
