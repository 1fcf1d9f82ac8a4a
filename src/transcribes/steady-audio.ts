import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';

/** After so long without audio there is silence instead, in milliseconds: what is merely late, on a busy machine, is not torn. */
const patience = 500;

/** So often that is looked at. */
const interval = 100;

const samplesPerMs = 8;

/** Makes of audio that comes and goes some that always comes, until the scope closes. */
export type Steadying = (
  onAudio: (samples: Int16Array) => void,
  scope: Scope,
) => { write(samples: Int16Array): void };

/**
 * Audio as it comes, and silence where none does: a phone on hold sends nothing, and what a caller is sent comes only while there is
 * something. So its time goes with the clock, and whoever hears it is not kept waiting. Until the scope closes.
 */
export class SteadyAudio {
  readonly #onAudio: (samples: Int16Array) => void;
  readonly #began = now();
  #cameAt = now();
  #written = 0;
  #isPause = false;

  constructor(onAudio: (samples: Int16Array) => void, scope: Scope) {
    this.#onAudio = onAudio;
    scope.spawn('steady-audio', (signal) => this.#watch(signal));
  }

  write(samples: Int16Array): void {
    if (this.#isPause) this.#fill(now() - samples.length / samplesPerMs);
    this.#isPause = false;
    this.#cameAt = now();
    this.#pass(samples);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for (let looked = now(); ; looked = now()) {
      await sleep(interval, signal);
      await sleep(0, signal); // what has come in the meantime is read first
      const wasHeldUp = now() - looked > 2 * interval;
      if (wasHeldUp || now() - this.#cameAt < patience) continue;
      this.#isPause = true;
      this.#fill(now() - patience);
    }
  }

  /** With silence, up to an instant. */
  #fill(until: number): void {
    const missing = Math.floor((until - this.#began) * samplesPerMs) - this.#written;
    if (missing > 0) this.#pass(new Int16Array(missing));
  }

  #pass(samples: Int16Array): void {
    this.#written += samples.length;
    this.#onAudio(samples);
  }
}
