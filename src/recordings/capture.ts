import type { Ari, Direction } from '../ari/ari.ts';
import { Call } from '../calls/call.ts';
import { overhear } from '../calls/overhearing.ts';
import { SideChannel } from '../calls/side-channel.ts';
import type { Scope } from '../core/scope.ts';
import { RawRecording, type Source } from './raw-recording.ts';
import type { RecordedBridge } from './recorded-bridge.ts';
import type { Segment, Track } from './tracks.ts';

export interface CaptureOptions {
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
  /** The channel that hears the caller. */
  readonly ear: SideChannel | undefined;
  readonly #ari: Ari;
  readonly #scope: Scope;
  readonly #prefix: string;
  readonly #discard: CaptureOptions['discard'];
  readonly #sources: readonly Listening[];
  readonly #broken = Promise.withResolvers<void>();
  readonly #segments: Segment[] = [];
  #running: Running | undefined;
  /** Segments so far, those that came to nothing too: no name is used twice. */
  #count = 0;
  #elapsed = 0;

  private constructor(ari: Ari, options: CaptureOptions, sources: readonly Listening[], ear?: SideChannel) {
    this.#ari = ari;
    this.#scope = options.scope;
    this.#prefix = options.prefix;
    this.#discard = options.discard;
    this.#sources = sources;
    this.ear = ear;
  }

  /** Resolves when the listening channels are there. @throws ActionError `RECORDING_FAILED`; the scope's reason */
  static async open(subject: Call | RecordedBridge, options: CaptureOptions): Promise<Capture> {
    if (subject instanceof Call) return Capture.#ofCall(subject, options);
    const { ari, bridge } = subject;
    const source: Source = {
      expect: bridge.expect,
      record: (recording, signal) => ari.recordings.ofBridge(bridge.id, recording, signal),
    };
    return new Capture(ari, options, [{ side: 'both', source }]);
  }

  static async #ofCall(call: Call, options: CaptureOptions): Promise<Capture> {
    const { scope, sides, needsEar } = options;
    const wanted = new Set<Direction>(needsEar ? [...sides, 'in'] : sides);
    const opening = [...wanted].map(async (side) => {
      const make = (id: string) => call.ari.snoop(call.channelId, id, { spy: side }, scope.signal);
      const channel = await SideChannel.open(call, { kind: 'snoop', scope, make, failure });
      if (side === 'out') overhear(call, { channelId: channel.channelId, scope });
      return [side, channel] as const;
    });
    const opened = await Promise.all(opening).finally(() => Promise.allSettled(opening));
    const channels = new Map(opened);
    const sources = sides.flatMap((side) => {
      const channel = channels.get(side);
      return channel ? [{ side, source: sourceOf(call.ari, channel) }] : [];
    });
    return new Capture(call.ari, options, sources, channels.get('in'));
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
    return this.#elapsed + (this.#running ? performance.now() - this.#running.began : 0);
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
      name: `${this.#prefix}${number}-${side}`,
    }));
    const starting = wanted.map((one) => RawRecording.start(this.#ari, one, this.#scope.signal));
    const started = await Promise.allSettled(starting);
    const tracks = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') {
      await Promise.all(tracks.map((track) => track.close()));
      await Promise.allSettled(wanted.map(this.#discard));
      throw failed.reason;
    }
    const running = { tracks, began: performance.now() };
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
