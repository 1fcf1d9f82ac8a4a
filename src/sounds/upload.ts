import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { CachedFiles } from '../core/cached-files.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import { ProcessError } from '../core/run-process.ts';
import { Semaphore } from '../core/semaphore.ts';
import { OutputLost } from '../core/sox.ts';
import { convert } from '../media/convert.ts';
import { save } from '../media/save.ts';

/** What somebody sends, as it comes. */
export interface Upload {
  readonly body: AsyncIterable<Uint8Array>;
  /** How long it is, where that was said. */
  readonly length: number | undefined;
}

/** What was made of an upload: WAV, 8 kHz, 16 bit, mono, as loud as it can be. */
export interface Levelled {
  readonly audio: Buffer;
  readonly size: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Of what was sent. */
  readonly sha256: string;
}

export const largestUpload = 20 * 1_048_576;

/** Peaks go up to 1 dB below the most there is: what phones make louder is not cut then. */
const conversion = { longest: 600, words: '10 minutes', effects: ['gain', '-n', '-1'] };

/** In milliseconds, as long as a packet: over and over, Asterisk sends less in any number of smaller ones, or nothing. */
const shortest = 20;

const headerBytes = 44;
const bytesPerMs = 16;

/** Each takes disk, and so many bytes of memory as its audio is long. */
const uploadsAtOnce = 10;

/** Takes uploads, each by way of two files that nobody sees. */
export class Uploads {
  readonly #files: Pick<CachedFiles, 'draft'>;
  readonly #turns = new Semaphore(uploadsAtOnce);
  /** Each takes a processor. */
  readonly #conversions = new Semaphore(availableParallelism());

  constructor(files: Pick<CachedFiles, 'draft'>) {
    this.#files = files;
  }

  /** @throws AriflowError `TOO_LARGE`, `UNSUPPORTED_MEDIA`, `UNAVAILABLE` */
  async take({ body, length }: Upload, signal: AbortSignal): Promise<Levelled> {
    if (length !== undefined && length > largestUpload) throw tooLarge();
    try {
      return await this.#turns.run(() => this.#take(body, signal), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new AriflowError('UNAVAILABLE', 'there was no time left for it', { cause: error });
    }
  }

  async #take(body: Upload['body'], signal: AbortSignal): Promise<Levelled> {
    await using sent = await this.#files.draft('upload');
    await using made = await this.#files.draft('wav');
    try {
      const { kind, hash: sha256 } = await save(bounded(body), sent.path, ['wav', 'mp3', 'ogg']);
      const source = { path: sent.path, kind };
      await this.#conversions.run(() => convert(source, made.path, signal, conversion), signal);
      const audio = await readFile(made.path);
      const duration = Math.round((audio.length - headerBytes) / bytesPerMs);
      if (duration < shortest) throw new ActionError('INVALID_MEDIA', `it is shorter than ${shortest} ms`);
      return { audio, size: audio.length, duration, sha256 };
    } catch (error) {
      if (isCutOff(error))
        throw new AriflowError('INVALID_ARGUMENT', 'the upload was cut off', { cause: error });
      if (isFull(error))
        throw new AriflowError('UNAVAILABLE', 'there is no room on the disk', { cause: error });
      if (error instanceof ProcessError)
        throw new AriflowError('UNAVAILABLE', 'it cannot be converted just now', { cause: error });
      if (!(error instanceof ActionError)) throw error;
      const reason = error.code === 'MEDIA_TOO_LARGE' ? 'TOO_LARGE' : 'UNSUPPORTED_MEDIA';
      throw new AriflowError(reason, error.message, { cause: error });
    }
  }
}

async function* bounded(body: Upload['body']): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > largestUpload) throw tooLarge();
    yield piece;
  }
}

/** As Node tells it of a body whose sender has gone. */
function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

function isFull(error: unknown): boolean {
  if (error instanceof OutputLost) return true;
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function tooLarge(): AriflowError {
  return new AriflowError('TOO_LARGE', `it is larger than ${largestUpload} bytes`);
}
