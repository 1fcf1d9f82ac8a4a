import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';

/** What is written down of a session, so that it goes on with another daemon: nothing that would let anybody in. */
const keptSession = z.object({
  /** Of what its cookie shows. */
  hash: z.string(),
  id: z.string(),
  tm_create: z.string(),
  tm_expire: z.string(),
  /** Of its phone, where it has one. */
  phone: z.object({ extension: z.string(), digest: z.string(), codecs: z.array(z.string()) }).optional(),
});

export type KeptSession = z.output<typeof keptSession>;

const file = z.array(keptSession);

/** Who has signed in at the console, in a file of the data directory that its owner reads (0600). */
export class KeptSessions {
  readonly #path: string;
  readonly #log: Log;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** None where they cannot be read: then another link is needed. */
  async read(): Promise<readonly KeptSession[]> {
    try {
      return file.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
        this.#log.warn({ error: messageOf(error) }, 'sessions_not_read');
      return [];
    }
  }

  /** Resolves when these are there and no others. Never rejects: without it a session ends with its daemon. */
  write(sessions: readonly KeptSession[]): Promise<void> {
    const text = JSON.stringify(file.parse(sessions));
    this.#writing = this.#writing.then(() => this.#replace(text));
    return this.#writing;
  }

  async #replace(text: string): Promise<void> {
    try {
      const temporary = `${this.#path}.new`;
      await writeFile(temporary, text, { mode: 0o600 });
      await rename(temporary, this.#path);
    } catch (error) {
      this.#log.warn({ error: messageOf(error) }, 'sessions_not_kept');
    }
  }
}
