import { availableParallelism } from 'node:os';
import type { Ari } from '../ari/ari.ts';
import { AriError } from '../ari/transport.ts';
import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { Semaphore } from '../core/semaphore.ts';
import { sleep, within } from '../core/wait.ts';
import { assemble, IncompleteFile, isOfDisk } from './assemble.ts';
import type { Bounds, Captured } from './captured.ts';
import { closeFile } from './raw-recording.ts';
import type { RawPart } from './raw-source.ts';
import type { FoundTrack, RecordingFiles } from './recording-files.ts';
import { isOver, type RecordingFailure, type RecordingRecord } from './recording-record.ts';
import { rawFormat, type Segment, sidesOf } from './tracks.ts';

export interface FinishingOptions {
  readonly files: RecordingFiles;
  readonly log: Log;
  /** Its end leaves what is under way to the next start. */
  readonly scope: Scope;
  /** Told of each that is over; one that is too short to be kept is deleted already. */
  readonly onOver: (record: RecordingRecord) => void;
  /** Resolves when that is stored. */
  readonly stored: (signal: AbortSignal) => Promise<void>;
}

type Found = readonly FoundTrack[];

/** What a file is to be made of. */
type Finished = Pick<Captured, 'record'> & Bounds;

/** What has become of a recording. */
interface Outcome {
  readonly duration: number;
  readonly reason: RecordingFailure;
  /** Whether Asterisk's files are all there is of it. */
  readonly isUnmade: boolean;
}

/** How long the daemon waits for an Asterisk in which recordings of its predecessor may still run, and how often it asks. */
const reunion = 30_000;
const askInterval = 1_000;

/** Makes the files of recordings that have ended. It outlives calls, and what it cannot finish the next start does. */
export class Finishing {
  readonly #options: FinishingOptions;
  readonly #scope: Scope;
  /** Each takes a processor. */
  readonly #processors = new Semaphore(availableParallelism());
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: FinishingOptions) {
    this.#options = options;
    this.#scope = options.scope.child();
  }

  /** Makes the file of a recording whose capture is over. */
  finish({ segments, ...of }: Captured): void {
    this.#run(of, () => Promise.resolve(segments));
  }

  /** Makes it of what a daemon that died has left; Asterisk may still be recording. */
  recover(record: RecordingRecord, ari: Ari, bounds: Bounds = {}): void {
    this.#run({ record, ...bounds }, async (signal) => {
      const left = await this.#options.files.leftOf(record.id, sidesOf(record.channels));
      const names = left.flat().map(({ name }) => name);
      await whenAnswering(ari, signal);
      await Promise.all(names.map((name) => closeFile(ari, name, new Promise(() => undefined))));
      return this.#leftOf(record);
    });
  }

  /** Makes it where that failed before; tells only of success. */
  retry(record: RecordingRecord): void {
    this.#run({ record }, () => this.#leftOf(record));
  }

  /** Resolves when none of these recordings is being finished any more. */
  async settled(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#underWay.get(id)));
  }

  /** Waits for what is under way, at most so long, and leaves the rest to the next start. */
  async close(ms: number): Promise<void> {
    await within(Promise.all(this.#underWay.values()), ms);
    await this.#scope.close();
  }

  #run(of: Finished, segments: (signal: AbortSignal) => Promise<readonly Segment[]>): void {
    const { record } = of;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#underWay.set(record.id, promise);
    const work = async (signal: AbortSignal): Promise<void> => {
      try {
        await this.#finish(of, await segments(signal), signal);
      } finally {
        this.#underWay.delete(record.id);
        resolve();
      }
    };
    this.#scope.spawn('recording', work);
    // On a scope that has ended nothing runs.
    if (this.#scope.signal.aborted) resolve();
  }

  async #finish(of: Finished, segments: readonly Segment[], signal: AbortSignal): Promise<void> {
    const { record } = of;
    const { files, onOver, stored } = this.#options;
    const { isUnmade, ...result } = await this.#processors.run(() => this.#make(of, segments, signal));
    if (isUnmade && isOver(record)) return;
    const now = wireTime(nowMicros());
    const tm_end = record.tm_end === neverTime ? now : record.tm_end;
    const status = result.reason === '' ? 'done' : 'failed';
    const isShort = status === 'done' && result.duration < (of.least ?? 0);
    if (isShort) await files.remove(record);
    const tm_delete = isShort ? now : record.tm_delete;
    onOver({ ...record, ...result, status, tm_end, tm_update: now, tm_delete });
    // Until then what is recorded is all there is to go on with after a crash.
    await stored(signal);
    if (!isUnmade) await files.removeRaw(record.id);
  }

  async #make(of: Finished, segments: readonly Segment[], signal: AbortSignal): Promise<Outcome> {
    const { record } = of;
    signal.throwIfAborted();
    // Why an earlier attempt failed is over with it.
    const reason = isOver(record) ? '' : record.reason;
    if (segments.length === 0) return { duration: 0, reason: reason || 'LOST', isUnmade: false };
    const found = await this.#found(segments);
    const tracks = found.flat();
    const isComplete = tracks.every((track) => track.isComplete);
    if (!isComplete) this.#complain(record, new IncompleteFile('of Asterisk'));
    if (!isComplete && tracks.every(({ bytes }) => bytes === 0))
      return { duration: 0, reason: 'WRITE_FAILED', isUnmade: false };
    try {
      const duration = await this.#assemble(of, found, signal);
      return { duration, reason: reason || (isComplete ? '' : 'WRITE_FAILED'), isUnmade: false };
    } catch (error) {
      signal.throwIfAborted();
      this.#complain(record, error);
      return { duration: 0, reason: isOfDisk(error) ? 'WRITE_FAILED' : 'CONVERSION_FAILED', isUnmade: true };
    }
  }

  async #assemble(
    { record, most }: Finished,
    segments: readonly Found[],
    signal: AbortSignal,
  ): Promise<number> {
    const { files } = this.#options;
    await files.prepare();
    const assembly = {
      segments: segments.map((segment) => partsOf(record, segment)),
      channels: sidesOf(record.channels).length,
      format: record.format,
      target: files.path(record),
      most: most && most * rawFormat.samplesPerMs,
    };
    return assemble(assembly, signal);
  }

  /** What lacks a side was cut off as it began: it is left out where there is anything else. */
  async #leftOf({ id, channels }: RecordingRecord): Promise<readonly Segment[]> {
    const segments = await this.#found(await this.#options.files.leftOf(id, sidesOf(channels)));
    const whole = segments.filter((segment) => segment.every(({ path }) => path !== undefined));
    return whole.length > 0 ? whole : segments;
  }

  #found(segments: readonly Segment[]): Promise<readonly Found[]> {
    const { files } = this.#options;
    return Promise.all(segments.map((segment) => Promise.all(segment.map((track) => files.find(track)))));
  }

  #complain({ id, reference_id }: RecordingRecord, err: unknown): void {
    this.#options.log.error({ recording: id, call: reference_id, err }, 'recording_failed');
  }
}

function partsOf({ channels }: RecordingRecord, segment: Found): readonly RawPart[] {
  const there = segment.filter(({ path }) => path !== undefined);
  const first = Math.min(...there.map(({ startedAt }) => startedAt));
  const samples = (ms: number): number => Math.round(ms * rawFormat.samplesPerMs);
  return segment.map(({ path, startedAt, endedAt, isComplete }, index) => ({
    path,
    delay: path === undefined ? 0 : samples(startedAt - first),
    // Of a damaged file nobody knows what is missing where.
    length: endedAt === undefined || !isComplete ? undefined : samples(endedAt - startedAt),
    // Phones send all the time; what they hear comes when there is something.
    isSparse: sidesOf(channels)[index] === 'out',
  }));
}

/** Bounded: an Asterisk that does not come back records nothing either. */
async function whenAnswering(ari: Ari, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < reunion; waited += askInterval) {
    try {
      return void (await ari.ping(signal));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AriError && error.status > 0) return;
      await sleep(askInterval, signal);
    }
  }
}
