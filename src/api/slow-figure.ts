import { within } from '../core/wait.ts';

/** How long a scrape waits for a figure. */
const maxWait = 500;

/** A figure that somebody is asked for who may be slow, or stuck: once at a time, however often it is wanted. */
export class SlowFigure<T> {
  #asked: Promise<T> | undefined;

  /** `undefined` where it cannot be had now. */
  async value(ask: () => Promise<T>): Promise<T | undefined> {
    this.#asked ??= ask().finally(() => {
      this.#asked = undefined;
    });
    return within(this.#asked, maxWait).catch(() => undefined);
  }
}
