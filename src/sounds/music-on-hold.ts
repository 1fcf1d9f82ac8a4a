import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ari } from '../ari/ari.ts';
import { soundNameIn } from '../calls/media-uri.ts';
import type { CachedFiles } from '../core/cached-files.ts';
import { now } from '../core/clock.ts';
import { ActionError, AriflowError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Semaphore } from '../core/semaphore.ts';
import { orAbort } from '../core/wait.ts';
import type { MusicPort } from '../ports/music.ts';
import { classesFile, classesIn, classNameOf, type MusicClasses, writtenClasses } from './music-classes.ts';
import { fileOf, type Sounds } from './sounds.ts';

export interface MusicOnHoldOptions {
  readonly ari: { readonly config: Pick<Ari['config'], 'global' | 'reloadMusic'> };
  readonly sounds: Pick<Sounds, 'has' | 'ready'>;
  /** Where the classes are written for Asterisk, which takes that file into its `musiconhold.conf`. */
  readonly written: CachedFiles;
  /** Their audio, and where that is as Asterisk sees it. */
  readonly audio: { readonly files: CachedFiles; readonly asteriskDirectory: string };
  /** The usual music, as users name it; empty: what Asterisk has. */
  readonly usual: string;
  /** How long a call may last, in milliseconds, and hear what it once began to hear. */
  readonly longestCall: number;
  readonly log: Log;
}

/** A global variable that our `extensions.conf` sets beside a `musiconhold.conf` with our classes in it. */
const mark = 'ARIFLOW_MUSIC';

const notOurs =
  'the music on hold of this Asterisk is in its own configuration: sounds become music with our musiconhold.conf and extensions.conf only (docs/sounds.md)';

/** Audio that Asterisk has a class of. */
interface Kept {
  /** When it was last asked for. */
  askedAt: number;
  /** Its file stays until this is aborted. */
  readonly use: AbortController;
}

/**
 * Sounds as music on hold. Each audio has a class of its own, which never changes: who hears what has been replaced, or deleted, hears it on. A class stays
 * for as long as the longest call since it was last asked for.
 */
export class MusicOnHold implements MusicPort {
  readonly #options: MusicOnHoldOptions;
  readonly #turns = new Semaphore(1);
  readonly #kept = new Map<string, Kept>();
  #isOurs: boolean | undefined;
  /** The audio of the usual music, as it is to be, and as it was written last. */
  #usual = '';
  #writtenUsual = '';

  constructor(options: MusicOnHoldOptions) {
    this.#options = options;
  }

  async class(name: string, signal: AbortSignal): Promise<string> {
    return orAbort(
      this.#turns.run(() => this.#classOf(name, signal), signal),
      signal,
    );
  }

  /** @throws AriflowError `CONFLICT` with an Asterisk whose music is its own, `INVALID_ARGUMENT` where there is no such sound */
  async check(name: string): Promise<void> {
    if (name === '') return;
    if (this.#isOurs === false) throw new AriflowError('CONFLICT', notOurs);
    if (await this.#options.sounds.has(soundNameIn(name) ?? '')) return;
    const message = `there is no ${name} that was uploaded`;
    throw new AriflowError('INVALID_ARGUMENT', `music: ${message}`, {
      details: [{ path: 'music', message }],
    });
  }

  /** With every connection: what Asterisk has read may be older than what is written. Never rejects unless aborted. */
  async connected(signal: AbortSignal): Promise<void> {
    const { ari, log, usual } = this.#options;
    try {
      await this.#turns.run(async () => {
        this.#isOurs = (await ari.config.global(mark, signal)) !== '';
        if (!this.#isOurs) return;
        const wasWritten = await this.#readBack();
        await this.#seeToUsual();
        if (wasWritten || this.#kept.size > 0) await this.#write(signal);
      }, signal);
      if (!this.#isOurs && usual !== '') log.warn({ problem: notOurs }, 'music_not_ready');
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ problem: messageOf(error) }, 'music_not_ready');
    }
  }

  /** After a change of some sound: it may be the usual music. Never rejects unless aborted. */
  async changed(signal?: AbortSignal): Promise<void> {
    try {
      await this.#turns.run(async () => {
        if (this.#isOurs && (await this.#seeToUsual())) await this.#write(signal);
      }, signal);
    } catch (error) {
      signal?.throwIfAborted();
      this.#options.log.warn({ problem: messageOf(error) }, 'music_not_ready');
    }
  }

  async #classOf(name: string, signal: AbortSignal): Promise<string> {
    if (this.#isOurs === undefined) throw new ActionError('MOH_FAILED', 'Asterisk is not connected yet');
    if (!this.#isOurs) throw new ActionError('MOH_FAILED', notOurs);
    const id = await this.#ready(name);
    if (id === undefined) throw new ActionError('MOH_FAILED', `there is no ${name} that was uploaded`);
    const before = now();
    if (this.#keep(id)) {
      try {
        await this.#write(signal, before);
      } catch (cause) {
        this.#drop(id); // the next one who asks tries again
        signal.throwIfAborted();
        throw new ActionError('MOH_FAILED', 'Asterisk does not take it', { cause });
      }
    }
    return classNameOf(id);
  }

  /** The id of the audio that a name has now; its file is there. */
  async #ready(name: string): Promise<string | undefined> {
    const use = new AbortController();
    try {
      return await this.#options.sounds.ready(soundNameIn(name) ?? '', '', use.signal);
    } finally {
      use.abort();
    }
  }

  /** True where it is new. */
  #keep(id: string): boolean {
    const kept = this.#kept.get(id);
    if (kept) kept.askedAt = now();
    else {
      const use = new AbortController();
      this.#options.audio.files.hold(fileOf({ audio_id: id }), use.signal);
      this.#kept.set(id, { askedAt: now(), use });
    }
    return !kept;
  }

  #drop(id: string): void {
    this.#kept.get(id)?.use.abort();
    this.#kept.delete(id);
  }

  /** True where Asterisk has another one still. */
  async #seeToUsual(): Promise<boolean> {
    const { usual } = this.#options;
    if (usual === '') return false;
    const id = (await this.#ready(usual)) ?? '';
    if (id !== '') this.#keep(id);
    // Until now it was asked for by whoever has named none.
    const last = this.#kept.get(this.#usual);
    if (last) last.askedAt = now();
    this.#usual = id;
    return id !== this.#writtenUsual;
  }

  /** What an earlier daemon has written, or another one beside us: calls that are theirs may hear it. False where there is nothing. */
  async #readBack(): Promise<boolean> {
    const path = this.#options.written.path(classesFile);
    const text = await readFile(path, 'utf8').catch(() => '');
    const { files } = this.#options.audio;
    for (const id of classesIn(text))
      if (!this.#kept.has(id) && (await files.has(fileOf({ audio_id: id })))) this.#keep(id);
    return text !== '';
  }

  /** Without what was not asked for as long before as a call may last. */
  async #write(signal: AbortSignal | undefined, before = now()): Promise<void> {
    const { ari, written, audio, longestCall } = this.#options;
    await this.#readBack();
    for (const [id, { askedAt }] of this.#kept)
      if (id !== this.#usual && askedAt < before - longestCall) this.#drop(id);
    const classes: MusicClasses = {
      usual: this.#usual,
      ids: [...this.#kept.keys()],
      pathOf: (id) => join(audio.asteriskDirectory, id),
    };
    await written.make(classesFile, (draft) => writeFile(draft, writtenClasses(classes)));
    await ari.config.reloadMusic(signal);
    this.#writtenUsual = this.#usual;
  }
}
