import type { AudioPort } from '../../src/ports/ports.ts';
import type { FakeAsterisk } from './fake-asterisk.ts';

/** What the party of a call says to whoever listens, as the test says it. */
export class FakeAudio {
  readonly #listeners = new Set<(samples: Int16Array) => void>();
  readonly #asterisk: FakeAsterisk;
  /** What goes wrong. */
  failure: Error | undefined;

  readonly port: AudioPort = {
    receive: async (_, onAudio, scope) => {
      if (this.failure) throw this.failure;
      this.#listeners.add(onAudio);
      scope.defer(() => this.#listeners.delete(onAudio));
      for (const { id, json } of this.#asterisk.channels.values())
        if (json.name.startsWith('WebSocket/')) this.#asterisk.sideChannels.connect(id);
    },
  };

  constructor(asterisk: FakeAsterisk) {
    this.#asterisk = asterisk;
  }

  /** How many listen. */
  get listening(): number {
    return this.#listeners.size;
  }

  say(samples: Int16Array): void {
    for (const listener of this.#listeners) listener(samples);
  }

  /** Only to the one that has come first, second and so on, counted from 0. */
  sayTo(index: number, samples: Int16Array): void {
    [...this.#listeners][index]?.(samples);
  }
}
