import { LifetimeEnded } from '../core/errors.ts';
import { orAbort, within } from '../core/wait.ts';

/** How long it may take what plays to be stopped, in milliseconds. */
const stopDeadline = 2_000;

const promptsEnded = new LifetimeEnded('what was to be heard is heard no more');

/** A place in a line, until it is disposed of. */
export interface Place extends Disposable {
  /** Resolves when it is the first. */
  readonly turn: Promise<void>;
  readonly isFirst: boolean;
}

/** What a call is to hear, one after the other, in the order it was asked for: whoever is first in it is heard. */
export class PromptLine {
  readonly #places: PlaceInLine[] = [];
  /** Made when somebody first asks for it. */
  #end: AbortController | undefined;

  get length(): number {
    return this.#places.length;
  }

  /** Aborted as soon as what is in it now is ended, begun or not. */
  get ended(): AbortSignal {
    this.#end ??= new AbortController();
    return this.#end.signal;
  }

  /** Resolves when all has been heard that the call was to hear so far. */
  async whenHeard(signal: AbortSignal): Promise<void> {
    using place = this.enter();
    await orAbort(place.turn, signal);
  }

  /** Ends all that the call is to hear: what plays is stopped, what waits is never begun. */
  end(): void {
    const end = this.#end;
    this.#end = undefined;
    end?.abort(promptsEnded);
  }

  /**
   * The same; resolves when nothing plays any more, which Asterisk would finish before it does anything else with the call. What
   * is asked for meanwhile waits until the answer is disposed of.
   */
  async cutOff(signal: AbortSignal): Promise<Disposable> {
    const place = this.enter();
    this.end();
    try {
      await within(place.turn, stopDeadline, signal);
      return place;
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
  }

  enter(): Place {
    const place = new PlaceInLine(this.#places);
    this.#places.push(place);
    callFirst(this.#places);
    return place;
  }
}

/** A class: V8 builds an object with a computed name in it slowly, each time. */
class PlaceInLine implements Place {
  readonly #places: PlaceInLine[];
  readonly #turn = Promise.withResolvers<void>();

  constructor(places: PlaceInLine[]) {
    this.#places = places;
  }

  get turn(): Promise<void> {
    return this.#turn.promise;
  }

  get isFirst(): boolean {
    return this.#places[0] === this;
  }

  call(): void {
    this.#turn.resolve();
  }

  [Symbol.dispose](): void {
    const index = this.#places.indexOf(this);
    if (index < 0) return;
    this.#places.splice(index, 1);
    callFirst(this.#places);
  }
}

function callFirst([first]: readonly PlaceInLine[]): void {
  first?.call();
}
