import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Direction } from '../ari/requests.ts';
import { systemTime } from '../core/clock.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { fileNameOf, type RecordingRecord } from './recording-record.ts';
import { rawFormat, type Segment, type Track } from './tracks.ts';

export interface RecordingPlaces {
  /** Where Asterisk records, as the daemon sees it. */
  readonly raw: string;
  /** Where finished recordings are. */
  readonly finished: string;
  /** Where copies are that Asterisk plays. */
  readonly played?: string;
  /** What the names of files begin with that Asterisk is told by us: nobody else's do who may record into the same directory. */
  readonly prefix: string;
}

/** A track, and what there is of it. */
export interface FoundTrack extends Track {
  /** `undefined` where there is no file. */
  readonly path: string | undefined;
  readonly bytes: number;
  /** Whether all of it is in its file, as far as anybody knows how much that is. */
  readonly isComplete: boolean;
}

/** A closed file may be so much shorter than its time, and such a share of it: a machine that is busy drops some. */
const tolerated = 1_000;
const toleratedShare = 0.1;

/** Nothing is recorded any more into a file that has been as it is for so long, in milliseconds. */
const stillness = 10_000;

/** The files of recordings: Asterisk's while they are made, and those that were made of them. */
export class RecordingFiles {
  readonly prefix: string;
  readonly #raw: string;
  readonly #finished: string;
  readonly #played: string | undefined;

  constructor({ raw, finished, played, prefix }: RecordingPlaces) {
    this.prefix = prefix;
    this.#raw = raw;
    this.#finished = finished;
    this.#played = played;
  }

  /** The file of a recording that is done. */
  path(record: Pick<RecordingRecord, 'id' | 'format'>): string {
    return join(this.#finished, fileNameOf(record));
  }

  /** How long that is; 0 where there is none. */
  async bytes(record: Pick<RecordingRecord, 'id' | 'format'>): Promise<number> {
    return (await sizeOf(this.path(record))) ?? 0;
  }

  /** How long all of them are. */
  async allBytes(): Promise<number> {
    const sizes = (await namesIn(this.#finished)).map((name) => sizeOf(join(this.#finished, name)));
    return (await Promise.all(sizes)).reduce<number>((total, size) => total + (size ?? 0), 0);
  }

  /** Looks for what Asterisk has written of a track. */
  async find({ name, startedAt, endedAt }: Track): Promise<FoundTrack> {
    const path = this.#rawPath({ name });
    const size = await sizeOf(path);
    const bytes = size ?? 0;
    const least = ((endedAt ?? startedAt) - startedAt) * (1 - toleratedShare) - tolerated;
    const isComplete = size !== undefined && bytes >= least * rawFormat.bytesPerMs;
    return { name, startedAt, endedAt, path: size === undefined ? undefined : path, bytes, isComplete };
  }

  /** A directory to make the file in. */
  async prepare(): Promise<void> {
    makeDirectory(this.#finished);
  }

  /** The bytes in the shortest file of a segment. */
  async written(segment: Segment): Promise<number> {
    const sizes = segment.map(async (track) => (await sizeOf(this.#rawPath(track))) ?? 0);
    return Math.min(...(await Promise.all(sizes)));
  }

  /** Removes what Asterisk has written of a track. */
  async discard(track: Pick<Track, 'name'>): Promise<void> {
    await rm(this.#rawPath(track), { force: true });
  }

  /** Removes what Asterisk has written for a recording. */
  async removeRaw(id: string): Promise<void> {
    for (const name of await this.#rawNames(id)) await rm(join(this.#raw, name), { force: true });
  }

  async remove(record: Pick<RecordingRecord, 'id' | 'format'>): Promise<void> {
    await rm(this.path(record), { force: true });
    if (this.#played !== undefined) await rm(join(this.#played, `${record.id}.wav`), { force: true });
  }

  /** What there is of a recording, stretch by stretch, each with all its sides; the files may still grow. */
  async leftOf(id: string, sides: readonly Direction[]): Promise<readonly Segment[]> {
    const names = await this.#rawNames(id);
    const numbers = new Set(names.map((name) => Number(/-(\d+)-[a-z]+\.[a-z]+$/.exec(name)?.[1])));
    const segments = [...numbers].sort((one, other) => one - other);
    const nameOf = (number: number, side: Direction): string => {
      const end = `${id}-${number}-${side}`;
      const found = names.find((name) => name.endsWith(`${end}.${rawFormat.name}`));
      return found?.slice(0, -rawFormat.name.length - 1) ?? `${this.prefix}${end}`;
    };
    return Promise.all(
      segments.map((number) => Promise.all(sides.map((side) => this.#trackOf(nameOf(number, side))))),
    );
  }

  /** The ids of recordings for which Asterisk has written something. */
  async left(): Promise<readonly string[]> {
    const ids = (await namesIn(this.#raw)).flatMap((name) => this.#idIn(name) ?? []);
    return [...new Set(ids)];
  }

  /** Removes Asterisk's files of recordings but these and those that it is writing just now. */
  async sweep(keep: ReadonlySet<string>): Promise<void> {
    for (const id of await this.left())
      if (!keep.has(id) && !(await this.#isGrowing(id))) await this.removeRaw(id);
  }

  /** Nobody makes any of them. */
  async removeDrafts(): Promise<void> {
    for (const name of await namesIn(this.#finished))
      if (name.includes('.part.')) await rm(join(this.#finished, name), { force: true });
  }

  /** A daemon may have died before it had written down what it has just begun to record: its flow begins that again, and finds it. */
  async #isGrowing(id: string): Promise<boolean> {
    const states = (await this.#rawNames(id)).map((name) =>
      stat(join(this.#raw, name)).catch(() => undefined),
    );
    return (await Promise.all(states)).some((state) => state && state.mtimeMs > systemTime() - stillness);
  }

  #rawPath({ name }: Pick<Track, 'name'>): string {
    return join(this.#raw, `${name}.${rawFormat.name}`);
  }

  async #trackOf(name: string): Promise<Track> {
    // The best that is known of when it began.
    const startedAt = await stat(this.#rawPath({ name })).then(
      ({ birthtimeMs }) => birthtimeMs,
      () => 0,
    );
    return { name, startedAt, endedAt: undefined };
  }

  #idIn(name: string): string | undefined {
    return new RegExp(`^${this.prefix}([0-9a-f-]{36})-`).exec(name)?.[1];
  }

  /** Those of one recording, also where another daemon began it. */
  async #rawNames(id: string): Promise<readonly string[]> {
    return (await namesIn(this.#raw)).filter(
      (name) => name.includes(`-${id}-`) && name.endsWith(`.${rawFormat.name}`),
    );
  }
}

/** `undefined` where there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

/** None where there is no such directory. */
async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}
