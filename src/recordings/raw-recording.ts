import type { Ari } from '../ari/ari.ts';
import type { Recording } from '../ari/ari-recordings.ts';
import type { RecordingFailed, RecordingFinished } from '../ari/events.gen.ts';
import { AriError } from '../ari/transport.ts';
import type { Party } from '../calls/bridge.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import { rawFormat, type Track } from './tracks.ts';

const failure = { code: 'RECORDING_FAILED', message: 'Asterisk does not record this call' } as const;

/** How long Asterisk may take to begin. */
const patience = 5_000;

/** How long it may take to close its files, and how often it is asked. */
const closingTime = 2_000;
const askInterval = 25;

/** The news of the end comes with the end; this much later it is lost. */
const newsDelay = 100;

/** What Asterisk records into one file: what a channel hears, or all that is heard in a bridge. */
export interface Source {
  readonly expect: Party['expect'];
  record(recording: Recording, signal: AbortSignal): Promise<void>;
}

interface Wanted {
  readonly source: Source;
  readonly name: string;
}

/** A recording of Asterisk's: one source, into one file. */
export class RawRecording implements Track {
  readonly name: string;
  startedAt = 0;
  endedAt: number | undefined;
  readonly #ari: Ari;
  readonly #over = new AbortController();
  readonly #ended = Promise.withResolvers<void>();

  private constructor(ari: Ari, name: string) {
    this.#ari = ari;
    this.name = name;
  }

  /** Resolves when Asterisk has begun, now or before. @throws ActionError `RECORDING_FAILED`; the signal's reason */
  static async start(ari: Ari, { source, name }: Wanted, signal: AbortSignal): Promise<RawRecording> {
    const raw = new RawRecording(ari, name);
    raw.#listen(source);
    try {
      if (ari.left.isAwaited && (await isLive(ari, name, signal))) raw.startedAt = now();
      else await raw.#begin(source, signal);
      return raw;
    } catch (cause) {
      await raw.close();
      signal.throwIfAborted();
      if (cause instanceof ActionError) throw cause;
      throw new ActionError(failure.code, failure.message, { cause });
    }
  }

  /** One that a daemon which died has begun; nothing where Asterisk has ended it. @throws AriError; the signal's reason */
  static async claim(
    ari: Ari,
    { source, name, startedAt }: Wanted & Pick<Track, 'startedAt'>,
    signal: AbortSignal,
  ): Promise<RawRecording | undefined> {
    const raw = new RawRecording(ari, name);
    raw.startedAt = startedAt;
    raw.#listen(source);
    if (await isLive(ari, name, signal)) return raw;
    raw.#over.abort();
    return undefined;
  }

  /** Resolves when Asterisk has ended it, asked or not; never, where that is not told. */
  get whenEnded(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends it and resolves when the file is closed; after a while in any case. */
  async close(): Promise<void> {
    await closeFile(this.#ari, this.name, this.whenEnded);
    this.#over.abort();
  }

  async #begin(source: Source, signal: AbortSignal): Promise<void> {
    const { name } = this;
    const isIts = ({ recording }: { recording: { name: string } }): boolean => recording.name === name;
    using started = source.expect('RecordingStarted', isIts, signal);
    await source.record({ name, format: rawFormat.name }, signal);
    const event = await within(started.event, patience, signal);
    if (!event) throw new ActionError(failure.code, failure.message);
    this.startedAt = Date.parse(event.timestamp);
  }

  /** Longer than its source's scope lives: the end comes with the source's. */
  #listen(source: Source): void {
    const { signal } = this.#over;
    const isIts = ({ recording }: RecordingFinished | RecordingFailed): boolean =>
      recording.name === this.name;
    const end = ({ timestamp }: RecordingFinished | RecordingFailed): void => {
      this.endedAt = Date.parse(timestamp);
      this.#ended.resolve();
    };
    for (const { event } of [
      source.expect('RecordingFinished', isIts, signal),
      source.expect('RecordingFailed', isIts, signal),
    ])
      event.then(end, () => undefined);
  }
}

/** @throws AriError; the signal's reason */
async function isLive({ recordings }: Ari, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await recordings.live(name, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/**
 * Ends one of Asterisk's recordings and resolves when its file is closed; after a while in any case.
 * @param ended resolves with the news of its end, where anybody waits for that
 */
export async function closeFile(
  { recordings, unended }: Pick<Ari, 'recordings' | 'unended'>,
  name: string,
  ended: Promise<void>,
): Promise<void> {
  const news = ended.then(() => true);
  const deadline = now() + closingTime;
  for (let left = closingTime; left > 0; left = deadline - now()) {
    // Asked again and again: the request can be lost with the connection. That there is none says that the file is closed.
    const status = await within(
      recordings.stop(name).then(() => 204, statusOf),
      left,
    );
    const isGone = status !== undefined && status >= 400;
    if ((await within(news, isGone ? newsDelay : askInterval)) || isGone) return;
  }
  void unended.end(`recording ${name}`, () => recordings.stop(name));
}

function statusOf(error: unknown): number {
  return error instanceof AriError ? error.status : 0;
}
