import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import type { Ear, HearingListener, HearingPort } from '../ports/hearing.ts';

interface Open {
  readonly listener: HearingListener;
  readonly began: number;
  readonly isAsked: boolean;
}

/** How long a word takes, in milliseconds. */
const word = 350;

/** Those who listen to the caller: they hear what he says word for word. */
export class SimulatedEars {
  readonly #open = new Set<Open>();

  /** Of those who wait for what he says. */
  readonly asking: HearingPort = this.#port(true);
  /** Of those who only write it down. */
  readonly writing: HearingPort = this.#port(false);

  /** Whether somebody waits for what he says. */
  get areAsked(): boolean {
    return [...this.#open].some(({ isAsked }) => isAsked);
  }

  /** How long it takes to say something, in milliseconds. */
  lengthOf(text: string): number {
    return text.split(/\s+/).length * word;
  }

  /** He has said it just now. */
  say(text: string): void {
    for (const { listener, began } of [...this.#open]) {
      const end = now() - began;
      listener.onHeard({ text, isFinal: true, start: Math.max(0, end - this.lengthOf(text)), end });
    }
  }

  #port(isAsked: boolean): HearingPort {
    return {
      problemOf: () => undefined,
      open: async (_, listener, scope) => this.#listen({ listener, began: now(), isAsked }, scope),
    };
  }

  #listen(open: Open, scope: Scope): Ear {
    scope.signal.throwIfAborted();
    this.#open.add(open);
    scope.defer(() => this.#open.delete(open));
    return { provider: 'local', write: () => undefined, end: async () => void this.#open.delete(open) };
  }
}
