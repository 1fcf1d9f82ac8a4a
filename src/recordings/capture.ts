import type { Ari } from '../ari/ari.ts';
import type { IdOf } from '../ari/ids.ts';
import type { Direction } from '../ari/requests.ts';
import { Call } from '../calls/call.ts';
import { SideChannel } from '../calls/side-channel.ts';
import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import { closeFile, RawRecording, type Source } from './raw-recording.ts';
import type { CaptureState, WrittenCaptureState } from './recording-state.ts';
import type { Talker } from './silence.ts';
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
  /** Told before a stretch begins, and when it has begun or is over. */
  readonly onChange: () => void;
}

/** One that a daemon which died has left behind. */
export interface LeftCapture {
  readonly state: CaptureState;
  /** Whether nothing is to be recorded just now. */
  readonly isPaused: boolean;
}

const failure = { code: 'RECORDING_FAILED', message: 'Asterisk does not listen to this call' } as const;

interface Stretch {
  readonly number: number;
  readonly tracks: Segment;
}

interface Running extends Stretch {
  readonly tracks: readonly RawRecording[];
  readonly began: number;
}

interface Listening {
  readonly side: Direction;
  readonly source: Source;
}

/** What Asterisk does for one recording: a channel that listens for each side, and a file for each between two pauses. */
export class Capture {
  /** The caller, as the ear hears him that there is now; nobody where his silence does not matter. */
  talker: Talker | undefined;
  readonly #subject: Call | RoomBridge;
  readonly #options: CaptureOptions;
  /** Of the listening channels there are now. */
  #scope: Scope;
  #sources: readonly Listening[] = [];
  #ear: SideChannel | undefined;
  #channels: readonly string[] = [];
  /** How often it has had listening channels. */
  #rounds = 0;
  #ears = 0;
  readonly #broken = Promise.withResolvers<void>();
  readonly #over: Stretch[] = [];
  #running: Running | undefined;
  /** Segments so far, those that came to nothing too: no name is used twice. */
  #count = 0;
  #elapsed = 0;

  private constructor(subject: Call | RoomBridge, options: CaptureOptions, left?: CaptureState) {
    this.#subject = subject;
    this.#options = options;
    this.#scope = options.scope.child();
    if (!left) return;
    this.#rounds = Math.max(0, left.rounds - 1);
    this.#ears = left.ears;
    this.#count = left.count;
    this.#elapsed = left.elapsed;
    this.#over.push(...left.over.map((stretch) => this.#ofLeft(stretch)));
  }

  /** Resolves when the listening channels are there. @throws ActionError `RECORDING_FAILED`; the scope's reason */
  static async open(subject: Call | RoomBridge, options: CaptureOptions): Promise<Capture> {
    const capture = new Capture(subject, options);
    await capture.listen();
    return capture;
  }

  /**
   * Takes up what a daemon that died has left: what Asterisk records goes on without a seam. Nothing, where Asterisk has ended it.
   * @throws ActionError `RECORDING_FAILED`, AriError; the scope's reason
   */
  static async goOn(
    subject: Call | RoomBridge,
    { state, isPaused }: LeftCapture,
    options: CaptureOptions,
  ): Promise<Capture | undefined> {
    const capture = new Capture(subject, options, state);
    await capture.listen();
    if (isPaused) await capture.#pause(state);
    else if (!state.running) capture.#takeBack(state);
    else if (!(await capture.#claim(state.running))) return undefined;
    await capture.#listenAnew();
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
    const { sides, needsEar } = this.#options;
    const scope = this.#scope;
    const round = ++this.#rounds;
    const wanted = new Set<Direction>(needsEar ? [...sides, 'in'] : sides);
    const opening = [...wanted].map(async (side) => {
      const channel = await this.#snoop(call, side, round);
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

  #snoop(call: Call, spy: Direction, ...key: readonly (string | number)[]): Promise<SideChannel> {
    const scope = this.#scope;
    const make = (id: string) => call.ari.snoop(call.channelId, id, { spy }, scope.signal);
    return SideChannel.open(call.ari, { id: this.#options.id('snoop', spy, ...key), scope, make, failure });
  }

  /** Nobody says whether the caller talks just now whom another daemon has heard, and its ear is busy: another one hears him begin. */
  async #listenAnew(): Promise<void> {
    if (!this.#ear || !this.#options.needsEar || !(this.#subject instanceof Call)) return;
    this.#ear = await this.#snoop(this.#subject, 'in', 'ear', ++this.#ears);
    this.#channels = [...this.#channels, this.#ear.channelId];
  }

  /** The channel that hears the caller. */
  get ear(): SideChannel | undefined {
    return this.#ear;
  }

  /** What has been recorded so far, in order. */
  get segments(): readonly Segment[] {
    return [...this.#over, ...(this.#running ? [this.#running] : [])].map(({ tracks }) => tracks);
  }

  /** What is being recorded just now. */
  get running(): Segment | undefined {
    return this.#running?.tracks;
  }

  /** How long it has recorded, without pauses; in milliseconds. */
  get elapsed(): number {
    return this.#elapsed + (this.#running ? now() - this.#running.began : 0);
  }

  /** All it takes to take it up after a kill. */
  get state(): WrittenCaptureState {
    const running = this.#running;
    return {
      rounds: this.#rounds,
      ears: this.#ears,
      count: this.#count,
      elapsed: this.#elapsed,
      over: this.#over.map(writtenStretch),
      ...(running && { running: { ...writtenStretch(running), began: running.began } }),
    };
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
    this.#options.onChange();
    const wanted = this.#sources.map(({ side, source }) => ({ source, name: this.#nameOf(number, side) }));
    const starting = wanted.map((one) => RawRecording.start(this.#subject.ari, one, this.#scope.signal));
    const started = await Promise.allSettled(starting);
    const tracks = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') {
      await Promise.all(tracks.map((track) => track.close()));
      await Promise.allSettled(wanted.map(this.#options.discard));
      throw failed.reason;
    }
    this.#run({ number, tracks, began: now() });
    this.#options.onChange();
  }

  /** Ends the segment, if there is one; resolves when its files are closed. Bounded in time. */
  async end(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#elapsed = this.elapsed;
    this.#running = undefined;
    this.#over.push(running);
    await Promise.all(running.tracks.map((track) => track.close()));
    this.#options.onChange();
  }

  #run(running: Running): void {
    this.#running = running;
    for (const { whenEnded } of running.tracks)
      void whenEnded.then(() => {
        if (this.#running === running) this.#broken.resolve();
      });
  }

  /** Whether Asterisk goes on with what ran. */
  async #claim({ number, tracks: left, began }: NonNullable<CaptureState['running']>): Promise<boolean> {
    const claiming = this.#sources.map(({ side, source }, index) => {
      const { startedAt = began } = left[index] ?? {};
      const wanted = { source, name: this.#nameOf(number, side), startedAt };
      return RawRecording.claim(this.#subject.ari, wanted, this.#scope.signal);
    });
    const tracks = (await Promise.all(claiming)).filter((track) => track !== undefined);
    if (tracks.length < claiming.length) return false;
    this.#run({ number, tracks, began });
    return true;
  }

  /** Of a segment that was about to begin: it begins under the same name, or what Asterisk has begun would be in its way. */
  #takeBack({ over, count }: CaptureState): void {
    if (count > (over.at(-1)?.number ?? 0)) this.#count--;
  }

  /** What was to end when the daemon died, or had begun without its news being heard, ends now. */
  async #pause({ running, count }: CaptureState): Promise<void> {
    if (running) this.#over.push(this.#ofLeft(running));
    const names = this.#options.sides.map((side) => this.#nameOf(count, side));
    const unheard = new Promise<void>(() => undefined);
    await Promise.all(names.map((name) => closeFile(this.#subject.ari, name, unheard)));
  }

  #ofLeft({ number, tracks }: CaptureState['over'][number]): Stretch {
    const named = this.#options.sides.map((side, index) => {
      const { startedAt = 0, endedAt } = tracks[index] ?? {};
      return { name: this.#nameOf(number, side), startedAt, endedAt };
    });
    return { number, tracks: named };
  }

  #nameOf(number: number, side: Direction): string {
    return `${this.#options.prefix}${number}-${side}`;
  }
}

function writtenStretch({ number, tracks }: Stretch): CaptureState['over'][number] {
  return { number, tracks: tracks.map(({ startedAt, endedAt }) => ({ startedAt, endedAt })) };
}

function sourceOf(ari: Ari, { channelId, expect }: SideChannel): Source {
  return {
    expect,
    record: (recording, signal) => ari.recordings.ofChannel(channelId, recording, signal),
  };
}
