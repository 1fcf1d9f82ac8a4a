import { isUrl } from '../../src/calls/media-uri.ts';
import type { ActionCode } from '../../src/core/action-codes.ts';
import { ActionError } from '../../src/core/errors.ts';
import { sleep } from '../../src/core/wait.ts';
import type { MediaPort } from '../../src/ports/media.ts';

/** Downloads without a network: each URL is a made-up file, `/downloads/` and its path without an ending, as Asterisk names sounds. */
export class FakeMedia implements MediaPort {
  /** What was asked for, oldest first. */
  readonly requests: string[] = [];
  /** Requests whose caller gave up. */
  aborted = 0;
  /** Sounds of users' own, as Asterisk plays them. */
  readonly sounds = new Map<string, string>();
  /** How long a download takes, in milliseconds. */
  duration = 0;
  /** URLs that cannot be fetched, and the code of their failure. */
  readonly failures = new Map<string, ActionCode>();

  async fetch(url: string, signal: AbortSignal): Promise<string> {
    if (!isUrl(url)) return this.sounds.get(url) ?? url;
    this.requests.push(url);
    try {
      if (this.duration > 0) await sleep(this.duration, signal);
      signal.throwIfAborted();
    } catch (error) {
      this.aborted++;
      throw error;
    }
    const failure = this.failures.get(url);
    if (failure !== undefined) throw new ActionError(failure, 'the server is like that');
    return `sound:/downloads${new URL(url).pathname.replace(/\.\w+$/, '')}`;
  }
}
