import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeDirectory } from '../core/make-directory.ts';

export interface Copied {
  readonly size: number;
  readonly sha256: string;
}

/** Copies a file to where there is none, for us alone, and says what was in it. Where that fails nothing is there. */
export async function copied(from: string, to: string): Promise<Copied> {
  makeDirectory(dirname(to));
  const writing = createWriteStream(to, { flags: 'wx', mode: 0o600 });
  try {
    return await read(from, writing);
  } catch (error) {
    if (!isThereAlready(error)) await rm(to, { force: true });
    throw error;
  }
}

function isThereAlready(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** What is in a file. */
export async function contentOf(path: string): Promise<Copied> {
  return read(path, new PassThrough().resume());
}

async function read(from: string, to: NodeJS.WritableStream): Promise<Copied> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(
    createReadStream(from),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const piece of source) {
        hash.update(piece);
        size += piece.length;
        yield piece;
      }
    },
    to,
  );
  return { size, sha256: hash.digest('hex') };
}
