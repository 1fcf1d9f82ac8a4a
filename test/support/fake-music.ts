import { ActionError } from '../../src/core/errors.ts';
import type { MusicPort } from '../../src/ports/music.ts';

/** Music without Asterisk: a class for each sound that there is. */
export class FakeMusic implements MusicPort {
  /** What was asked for, oldest first. */
  readonly requests: string[] = [];
  /** Sounds that there are not. */
  readonly missing = new Set<string>();

  async class(name: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    this.requests.push(name);
    if (this.missing.has(name)) throw new ActionError('MOH_FAILED', `there is no ${name} that was uploaded`);
    return `class of ${name}`;
  }
}
