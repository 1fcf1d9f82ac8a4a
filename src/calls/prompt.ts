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
}

/** Something that a call is to hear, from the moment it is asked for: behind all that was asked for before. */
export class Prompt implements Disposable {
  readonly call: Call;
  /** Aborted when it is to be heard no more: by a digit, where it takes barge-in, or with all that the call was to hear. */
  readonly skip: AbortSignal;
  readonly #line: PromptLine;
  readonly #bargeIn: ReturnType<Call['digits']['bargeIn']> | undefined;
  readonly #id: IdOf;
  #place: Place;
  #played = 0;

  /** @throws ActionError `TOO_MANY_PLAYBACKS` */
  constructor(call: Call, { id, takesBargeIn = false }: PromptOptions) {
    const line = call.prompts;
    if (line.length >= longestLine)
      throw new ActionError('TOO_MANY_PLAYBACKS', `${longestLine} playbacks are waiting on this call`);
    this.call = call;
    this.#id = id;
    this.#line = line;
    this.#place = line.enter();
    this.#bargeIn = takesBargeIn ? call.digits.bargeIn() : undefined;
    this.skip = this.#bargeIn ? AbortSignal.any([line.ended, this.#bargeIn.signal]) : line.ended;
  }

  /** Resolves when all before it have been heard. */
  turn(signal: AbortSignal): Promise<void> {
    return orAbort(this.#place.turn, signal);
  }

  /** Of its next playback. */
  nextId(): string {
    return this.#id('playback', ++this.#played);
  }

  /** The prompt goes on behind those that were asked for meanwhile. */
  goBehind(): void {
    this.#place[Symbol.dispose]();
    this.#place = this.#line.enter();
  }

  [Symbol.dispose](): void {
    this.#bargeIn?.[Symbol.dispose]();
    this.#place[Symbol.dispose]();
  }
}
