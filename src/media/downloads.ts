import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { CachedFiles } from '../core/cached-files.ts';
import { systemTime } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Semaphore } from '../core/semaphore.ts';
import { SingleFlight } from '../core/single-flight.ts';
import type { GuardedClient } from '../http/guarded-client.ts';
import type { HttpHead } from '../http/head-only.ts';
import { HttpError } from '../http/http-error.ts';
import { noReplyReasons, statusReason } from '../http/reply-reasons.ts';
import { failureOf } from '../http/user-requests.ts';
import type { MediaPort } from '../ports/media.ts';
import { convert } from './convert.ts';
import { freshUntil } from './freshness.ts';
import { type Saved, save } from './save.ts';

export interface DownloadsOptions {
  readonly client: Pick<GuardedClient, 'download'>;
  readonly files: CachedFiles;
  /** Their directory as Asterisk sees it. */
  readonly asteriskDirectory: string;
  readonly log: Log;
  readonly limits?: Partial<typeof usualLimits>;
  readonly convert?: typeof convert;
}

/** `timeout` is for all of a download, `idleTimeout` for the time in which nothing comes; in milliseconds. */
const usualLimits = { maxBytes: 50 * 1_048_576, timeout: 30_000, idleTimeout: 5_000 };

/** What is known of a URL: the file that was made of it, and how to ask whether it is still the same. */
const known = z.strictObject({
  file: z.string().regex(/^[0-9a-f]{64}$/),
  fresh_until: z.number(),
  etag: z.string().optional(),
  last_modified: z.string().optional(),
});
type Known = z.output<typeof known>;

/** Audio of users' URLs as files that Asterisk plays: fetched once, kept by what its server says, converted once. */
export class Downloads implements MediaPort {
  readonly #options: DownloadsOptions;
  readonly #limits: typeof usualLimits;
  readonly #files: CachedFiles;
  readonly #convert: typeof convert;
  readonly #flights = new SingleFlight<string>();
  /** Each takes a processor. */
  readonly #conversions = new Semaphore(availableParallelism());

  constructor(options: DownloadsOptions) {
    this.#options = options;
    this.#limits = { ...usualLimits, ...options.limits };
    this.#files = options.files;
    this.#convert = options.convert ?? convert;
  }

  /** The file stays until the signal is aborted. */
  async fetch(url: string, signal: AbortSignal): Promise<string> {
    const key = createHash('sha256').update(url).digest('hex');
    const file = await this.#flights.run(key, (wanted) => this.#find(url, key, wanted), signal);
    this.#files.hold(`${file}.wav`, signal);
    return `sound:${join(this.#options.asteriskDirectory, file)}`;
  }

  /** The name of the file, without ending. */
  async #find(url: string, key: string, signal: AbortSignal): Promise<string> {
    try {
      return await this.#look(url, key, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof ActionError) throw cause;
      throw new ActionError('MEDIA_FAILED', 'the audio could not be stored', { cause });
    }
  }

  async #look(url: string, key: string, signal: AbortSignal): Promise<string> {
    const entry = await this.#read(key);
    if (entry && systemTime() < entry.fresh_until) return entry.file;
    try {
      return await this.#ask(url, key, entry, signal);
    } catch (error) {
      signal.throwIfAborted();
      const isAway = error instanceof ActionError && error.isPassing;
      if (!entry || !isAway) throw error;
      // Better what was heard last time than nothing.
      this.#options.log.info({ code: error.code }, 'stale_media_played');
      return entry.file;
    }
  }

  async #ask(url: string, key: string, entry: Known | undefined, signal: AbortSignal): Promise<string> {
    await using draft = await this.#files.draft('part');
    const answer = await this.#download(url, entry, draft.path, signal);
    const { headers, status } = answer.head;
    if (status === 304 && entry) {
      await this.#write(key, { ...entry, fresh_until: freshUntil(headers) });
      return entry.file;
    }
    if (!answer.saved)
      throw new ActionError(statusReason(status) ?? 'INVALID_RESPONSE', `the server answered ${status}`);
    const file = await this.#keep(draft.path, answer.saved, signal);
    const { etag, 'last-modified': modified } = headers;
    await this.#write(key, {
      file,
      fresh_until: freshUntil(headers),
      ...(etag !== undefined && { etag }),
      ...(modified !== undefined && { last_modified: modified }),
    });
    return file;
  }

  async #download(
    url: string,
    entry: Known | undefined,
    path: string,
    signal: AbortSignal,
  ): Promise<{ head: HttpHead; saved: Saved | undefined }> {
    let saved: Saved | undefined;
    const request = {
      method: 'GET',
      url,
      headers: { accept: 'audio/wav, audio/mpeg, */*;q=0.5', ...conditions(entry) },
      ...this.#limits,
      maxRedirects: 3,
      signal,
    } as const;
    try {
      const head = await this.#options.client.download(request, async (body) => {
        saved = await save(body, path);
      });
      return { head, saved };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HttpError)) throw error;
      if (error.code === 'too_large')
        throw new ActionError('MEDIA_TOO_LARGE', `it is larger than ${this.#limits.maxBytes} bytes`);
      throw new ActionError(noReplyReasons[failureOf(error)], error.message);
    }
  }

  /** Named by what it is made of: the same audio from another URL, or sent anew, is the same file. */
  async #keep(path: string, { kind, hash }: Saved, signal: AbortSignal): Promise<string> {
    const name = `${hash}.wav`;
    if (await this.#files.has(name)) return hash;
    await this.#conversions.run(async () => {
      signal.throwIfAborted();
      await this.#files.make(name, (draft) => this.#convert({ path, kind }, draft, signal));
    });
    return hash;
  }

  async #read(key: string): Promise<Known | undefined> {
    const name = `${key}.json`;
    if (!(await this.#files.has(name))) return undefined;
    try {
      const entry = known.parse(JSON.parse(await readFile(this.#files.path(name), 'utf8')));
      return (await this.#files.has(`${entry.file}.wav`)) ? entry : undefined;
    } catch (error) {
      this.#options.log.info({ error: messageOf(error) }, 'cached_media_unreadable');
      return undefined;
    }
  }

  #write(key: string, entry: Known): Promise<void> {
    return this.#files.make(`${key}.json`, (draft) => writeFile(draft, JSON.stringify(entry)));
  }
}

function conditions(entry: Known | undefined): Record<string, string> {
  return {
    ...(entry?.etag !== undefined && { 'if-none-match': entry.etag }),
    ...(entry?.last_modified !== undefined && { 'if-modified-since': entry.last_modified }),
  };
}
