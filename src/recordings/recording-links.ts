import { createHmac, timingSafeEqual } from 'node:crypto';
import { systemTime } from '../core/clock.ts';

export interface RecordingLinksOptions {
  /** What links begin with. */
  readonly publicUrl: string;
  /** Of nobody but us. */
  readonly key: string;
  /** How long a link opens, in milliseconds. */
  readonly life: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A link as whoever opens it shows it: text, whatever it may be. */
export interface ShownLink {
  readonly id: string;
  /** Seconds since 1970. */
  readonly expires: string;
  readonly signature: string;
}

/** Links that open the file of one recording, for a while, to whoever has them: they are sent to people without a token. */
export class RecordingLinks {
  readonly #options: RecordingLinksOptions;

  constructor(options: RecordingLinksOptions) {
    this.#options = options;
  }

  /** The link to the file of a recording, made now. */
  to(id: string): string {
    const { publicUrl, life } = this.#options;
    const expires = String(Math.ceil((this.#now() + life) / 1_000));
    return `${publicUrl}/r/${id}?expires=${expires}&signature=${this.#sign(id, expires)}`;
  }

  /** Whether it is one of ours, to the letter, and has not ended. How long that takes tells nothing of what is right. */
  opens({ id, expires, signature }: ShownLink): boolean {
    const [given, right] = [Buffer.from(signature), Buffer.from(this.#sign(id, expires))];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
    return this.#now() < Number(expires) * 1_000;
  }

  #sign(id: string, expires: string): string {
    return createHmac('sha256', this.#options.key).update(`recording\n${id}\n${expires}`).digest('base64url');
  }

  #now(): number {
    return (this.#options.now ?? systemTime)();
  }
}
