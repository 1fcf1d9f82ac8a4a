import { LifetimeEnded } from '../core/errors.ts';
import { orAbort, within } from '../core/wait.ts';

/** How long it may take what plays to be stopped, in milliseconds. */
const stopDeadline = 2_000;

const promptsEnded = new LifetimeEnded('what was to be heard is heard no more');

/** What each call is to hear, one after the other, in the order it was asked for. */
const lines = new WeakMap<object, PromptLine>();

/** Resolves when all has been heard that the call was to hear so far. */
export async function whenHeard(call: object, signal: AbortSignal): Promise<void> {
  using place = promptLine(call).enter();
  await orAbort(place.turn, signal);
}

/** Aborted as soon as what the call is to hear is ended, begun or not. */
export function promptsEnd(call: object): AbortSignal {
  return promptLine(call).ended;
}

/** Ends all that the call is to hear: what plays is stopped, what waits is never begun. */
export function endPrompts(call: object): void {
  lines.get(call)?.end();
}

/**
 * The same; resolves when nothing plays any more, which Asterisk would finish before it does anything else with the call. What
 * is asked for meanwhile waits until the answer is disposed of.
 */
export async function silence(call: object, signal: AbortSignal): Promise<Disposable> {
  const line = promptLine(call);
  const place = line.enter();
  line.end();
  try {
    await within(place.turn, stopDeadline, signal);
    return place;
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

export function promptLine(call: object): PromptLine {
  const line = lines.get(call) ?? new PromptLine();
  lines.set(call, line);
  return line;
}

/** A place in a line, until it is disposed of. */
export interface Place extends Disposable {
  /** Resolves when it is the first. */
  readonly turn: Promise<void>;
}

/** Whoever is first in it is heard. */
export class PromptLine {
  readonly #places: PromiseWithResolvers<void>[] = [];
  #end = new AbortController();

  get length(): number {
    return this.#places.length;
  }

  /** Of all that is in it now. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  end(): void {
    const end = this.#end;
    this.#end = new AbortController();
    end.abort(promptsEnded);
  }

  enter(): Place {
    const place = Promise.withResolvers<void>();
    this.#places.push(place);
    this.#call();
    return { turn: place.promise, [Symbol.dispose]: () => this.#leave(place) };
  }

  #leave(place: PromiseWithResolvers<void>): void {
    const index = this.#places.indexOf(place);
    if (index < 0) return;
    this.#places.splice(index, 1);
    this.#call();
  }

  #call(): void {
    this.#places[0]?.resolve();
  }
}
