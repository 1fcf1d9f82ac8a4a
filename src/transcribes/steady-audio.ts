import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';

/** After so long without audio there is silence instead, and so often that is looked at; in milliseconds. */
const patience = 200;
const interval = 100;

const samplesPerMs = 8;

/**
 * Audio as it comes, and silence where none does: a phone on hold sends nothing, and what a caller is sent comes only while there is
 * something. So its time goes with the clock, and whoever hears it is not kept waiting. Until the scope closes.
 */
export class SteadyAudio {
  readonly #onAudio: (samples: Int16Array) => void;
  readonly #began = now();
  #cameAt = now();
  #written = 0;

  constructor(onAudio: (samples: Int16Array) => void, scope: Scope) {
    this.#onAudio = onAudio;
    scope.spawn('steady-audio', async (signal) => {
      for (;;) {
        await sleep(interval, signal);
        await sleep(0, signal); // what waited while this process did not run comes first
        this.#fill();
      }
    });
  }

  write(samples: Int16Array): void {
    this.#cameAt = now();
    this.#pass(samples);
  }

  #fill(): void {
    if (now() - this.#cameAt < patience) return;
    const missing = Math.floor((now() - this.#began - patience) * samplesPerMs) - this.#written;
    if (missing > 0) this.#pass(new Int16Array(missing));
  }

  #pass(samples: Int16Array): void {
    this.#written += samples.length;
    this.#onAudio(samples);
  }
}
