import type { IdOf } from '../ari/ids.ts';
import { ActionError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import type { Call } from './call.ts';
import type { Place, PromptLine } from './prompt-line.ts';

/** So many may wait, or a loop of prompts would go on for hours. */
const longestLine = 10;

export interface PromptOptions {
  /** Of its playbacks. */
  readonly id: IdOf;
  readonly takesBargeIn?: boolean;
  /** Nothing else that the call is to hear comes between its playbacks. */
  readonly isWhole?: boolean;
  /** Ends it too. */
  readonly until?: AbortSignal | undefined;
  /** Told how many of its playbacks have been asked for, the one that is about to be included. */
  readonly onAsked?: ((asked: number) => void) | undefined;
  /** As many as a daemon that died had asked for. */
  readonly asked?: number | undefined;
}

/** Something that a call is to hear, from the moment it is asked for: behind all that was asked for before. */
export class Prompt implements Disposable {
  readonly call: Call;
  /** Aborted when it is to be heard no more: by a digit, where it takes barge-in, or with all that the call was to hear. */
  readonly skip: AbortSignal;
  readonly #line: PromptLine;
  readonly #bargeIn: ReturnType<Call['digits']['bargeIn']> | undefined;
  readonly #id: IdOf;
  readonly #onAsked: PromptOptions['onAsked'];
  readonly #isWhole: boolean;
  #place: Place;
  #asked: number;
  #hasLeft: boolean;

  /** @throws ActionError `TOO_MANY_PLAYBACKS` */
  constructor(
    call: Call,
    { id, takesBargeIn = false, isWhole = false, until, onAsked, asked = 0 }: PromptOptions,
  ) {
    const line = call.prompts;
    if (line.length >= longestLine)
      throw new ActionError('TOO_MANY_PLAYBACKS', `${longestLine} playbacks are waiting on this call`);
    this.call = call;
    this.#id = id;
    this.#onAsked = onAsked;
    this.#isWhole = isWhole;
    this.#asked = asked;
    this.#hasLeft = asked > 0;
    this.#line = line;
    this.#place = line.enter();
    this.#bargeIn = takesBargeIn ? call.digits.bargeIn() : undefined;
    const ends = [line.ended, this.#bargeIn?.signal, until].filter((end) => end !== undefined);
    this.skip = ends.length > 1 ? AbortSignal.any(ends) : line.ended;
  }

  /** Whether all before it have been heard. */
  get isFirst(): boolean {
    return this.#place.isFirst;
  }

  /** Resolves when they have. */
  turn(signal: AbortSignal): Promise<void> {
    return orAbort(this.#place.turn, signal);
  }

  /** Of the playback that a daemon which died had asked for last, where nobody has gone on with it. */
  takeLeft(): string | undefined {
    if (!this.#hasLeft) return undefined;
    this.#hasLeft = false;
    return this.#id('playback', this.#asked);
  }

  /** Of its next playback. */
  nextId(): string {
    return this.#id('playback', ++this.#asked);
  }

  /** The next playback is asked for now. */
  asks(): void {
    this.#onAsked?.(this.#asked);
  }

  /** The prompt goes on behind those that were asked for meanwhile. */
  goBehind(): void {
    if (this.#isWhole) return;
    this.#place[Symbol.dispose]();
    this.#place = this.#line.enter();
  }

  [Symbol.dispose](): void {
    this.#bargeIn?.[Symbol.dispose]();
    this.#place[Symbol.dispose]();
  }
}
