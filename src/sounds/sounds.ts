import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CachedFiles } from '../core/cached-files.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import { remembered } from '../core/remembered.ts';
import { SingleFlight } from '../core/single-flight.ts';
import { StoreError } from '../core/store-error.ts';
import type { Change } from '../ports/changes.ts';
import { inLanguage, type SoundRecord } from './sound-record.ts';
import type { SoundStore } from './sound-store.ts';
import { type Levelled, type Upload, Uploads } from './upload.ts';

export interface SoundsOptions {
  readonly store: SoundStore;
  /** Where the audio lies for Asterisk while it is played: it comes from the store, and can be had from there again. */
  readonly files: CachedFiles;
  /** Their directory as Asterisk sees it. */
  readonly asteriskDirectory: string;
  /** How many bytes all of them may take. */
  readonly most: number;
}

/** So many names are remembered. */
const mostNames = 10_000;

/** What of a record its upload says. */
type Content = Pick<SoundRecord, 'duration' | 'size' | 'sha256'>;

/** What users have uploaded to be played. */
export class Sounds {
  readonly #options: SoundsOptions;
  readonly #uploads: Uploads;
  readonly #named: (name: string) => Promise<readonly SoundRecord[]>;
  readonly #flights = new SingleFlight<boolean>();

  constructor(options: SoundsOptions) {
    const { store, files } = options;
    this.#options = options;
    this.#uploads = new Uploads(files);
    this.#named = remembered(
      (name) => store.byName(name),
      mostNames,
      () => store.edition,
    );
  }

  /** Whether there is one of this name, in any language. */
  async has(name: string): Promise<boolean> {
    return (await this.#named(name)).length > 0;
  }

  /**
   * The media URI of the one of this name that is best in a language; nothing where there is none. The file stays until the
   * signal is aborted.
   * @throws ActionError `MEDIA_FAILED`; the signal's reason
   */
  async media(name: string, language: string, signal: AbortSignal): Promise<string | undefined> {
    const audioId = await this.ready(name, language, signal);
    return audioId && `sound:${join(this.#options.asteriskDirectory, audioId)}`;
  }

  /** The same, by the id of its audio: there is a file of that name. @throws as `media` does */
  async ready(name: string, language: string, signal: AbortSignal): Promise<string | undefined> {
    const { files } = this.#options;
    try {
      // Once more where it was replaced in between.
      for (let attempt = 0; ; attempt++) {
        const record = inLanguage(await this.#known(name), language);
        if (!record) return undefined;
        files.hold(fileOf(record), signal);
        if (await this.#bring(record, signal)) return record.audio_id;
        if (attempt > 0) throw new StoreError('failed', { message: 'the sound has no audio' });
      }
    } catch (cause) {
      signal.throwIfAborted();
      throw new ActionError('MEDIA_FAILED', 'the sound could not be had from the store', { cause });
    }
  }

  /** The path of its audio, which may be gone by now. @throws StoreError */
  async file(record: SoundRecord, signal: AbortSignal): Promise<string> {
    await this.#bring(record, signal);
    return this.#options.files.path(fileOf(record));
  }

  /** Stores a new one. @throws AriflowError `CONFLICT`, `TOO_LARGE`, `UNSUPPORTED_MEDIA` */
  async create(
    fresh: Omit<SoundRecord, keyof Content | 'audio_id'>,
    upload: Upload,
    signal: AbortSignal,
  ): Promise<SoundRecord> {
    const isTaken = ({ language }: SoundRecord): boolean =>
      language.toLowerCase() === fresh.language.toLowerCase();
    if ((await this.#options.store.byName(fresh.name)).some(isTaken)) throw taken();
    const levelled = await this.#uploads.take(upload, signal);
    const record = inOrder({ ...fresh, ...contentOf(levelled), audio_id: randomUUID() });
    const { audio } = levelled;
    const isThere = await this.#options.store.add(record, { audio, most: this.#options.most }).catch(orTaken);
    if (!isThere) throw this.#noRoom();
    return record;
  }

  /** Puts other audio in the place of what there is; whoever hears that now hears it to its end. */
  async replace(
    id: string,
    upload: Upload,
    { tm_update, signal }: { readonly tm_update: string; readonly signal: AbortSignal },
  ): Promise<SoundRecord | undefined> {
    const levelled = await this.#uploads.take(upload, signal);
    const change: Change<SoundRecord> = {
      ...contentOf(levelled),
      tm_update,
      audio_id: randomUUID(),
    };
    const { store, most } = this.#options;
    const changed = await store.replace(id, change, { audio: levelled.audio, most });
    if (changed === false) throw this.#noRoom();
    return changed;
  }

  /** While the store is away, what it has not said lately is taken to be Asterisk's: calls go on. */
  async #known(name: string): Promise<readonly SoundRecord[]> {
    try {
      return await this.#named(name);
    } catch (error) {
      if (error instanceof StoreError) return [];
      throw error;
    }
  }

  #noRoom(): AriflowError {
    const message = `there is no room for it: sounds may take ${this.#options.most} bytes together (ARIFLOW_SOUNDS_SIZE)`;
    return new AriflowError('TOO_LARGE', message);
  }

  /** Once for all who want it; false where it was replaced, or deleted. */
  #bring(record: SoundRecord, signal: AbortSignal): Promise<boolean> {
    const { files, store } = this.#options;
    const name = fileOf(record);
    const bring = async (): Promise<boolean> => {
      if (await files.has(name)) return true;
      const audio = await store.audio(record.audio_id);
      if (!audio) return false;
      await files.make(name, (draft) => writeFile(draft, audio));
      return true;
    };
    return this.#flights.run(name, bring, signal);
  }
}

/** In the directory of sounds. */
export function fileOf({ audio_id }: Pick<SoundRecord, 'audio_id'>): string {
  return `${audio_id}.wav`;
}

function contentOf({ duration, size, sha256 }: Levelled): Content {
  return { duration, size, sha256 };
}

/** As the wire has them. */
function inOrder({ id, customer_id, name, detail, language, duration, ...rest }: SoundRecord): SoundRecord {
  const { size, sha256, tm_create, tm_update, tm_delete, audio_id } = rest;
  const content = { duration, size, sha256 };
  return { id, customer_id, name, detail, language, ...content, tm_create, tm_update, tm_delete, audio_id };
}

function orTaken(error: unknown): never {
  throw error instanceof StoreError && error.problem === 'conflict' ? taken() : error;
}

function taken(): AriflowError {
  const message = 'there is a sound of this name and language already';
  return new AriflowError('CONFLICT', message, { details: [{ path: 'name', message }] });
}
