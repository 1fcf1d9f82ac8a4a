import { join } from 'node:path';
import type { CachedFiles } from '../core/cached-files.ts';
import { ActionError } from '../core/errors.ts';
import { SingleFlight } from '../core/single-flight.ts';
import { runSox } from '../core/sox.ts';

export interface PlayableRecordingsOptions {
  readonly files: CachedFiles;
  /** Their directory as Asterisk sees it. */
  readonly asteriskDirectory: string;
}

/** In the media directory. */
export const playedDirectory = 'played';

/** A recording of a day takes some seconds. */
const deadline = 20_000;

/** Recordings as Asterisk plays them: what is kept may be MP3, or lie where Asterisk does not see it. */
export class PlayableRecordings {
  readonly #options: PlayableRecordingsOptions;
  readonly #flights = new SingleFlight<void>();

  constructor(options: PlayableRecordingsOptions) {
    this.#options = options;
  }

  /** The media URI of a finished file, which stays until the signal is aborted. @throws ActionError `PLAYBACK_FAILED`; the signal's reason */
  async media(id: string, path: string, signal: AbortSignal): Promise<string> {
    const { files, asteriskDirectory } = this.#options;
    const name = `${id}.wav`;
    try {
      await this.#flights.run(id, (wanted) => this.#make(name, path, wanted), signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new ActionError('PLAYBACK_FAILED', 'the recording cannot be made into what Asterisk plays', {
        cause,
      });
    }
    files.hold(name, signal);
    return `sound:${join(asteriskDirectory, id)}`;
  }

  async #make(name: string, path: string, signal: AbortSignal): Promise<void> {
    const { files } = this.#options;
    if (await files.has(name)) return;
    await files.make(name, (draft) => {
      const form = ['-r', '8000', '-c', '1', '-b', '16', '-e', 'signed-integer', '-t', 'wav', draft];
      return runSox([path, ...form], { timeout: deadline }, signal);
    });
  }
}
