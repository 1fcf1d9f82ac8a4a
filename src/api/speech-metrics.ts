import { Counter, Histogram, type Registry } from 'prom-client';
import type { Spoken } from '../speech/speaker.ts';

/** How texts become speech. */
export class SpeechMetrics {
  readonly #cached: Counter;
  readonly #tries: Counter<'engine' | 'result'>;
  readonly #durations: Histogram<'engine'>;

  constructor(registers: Registry[]) {
    this.#cached = new Counter({
      registers,
      name: 'ariflow_speech_cached_total',
      help: 'Texts whose speech was there already',
    });
    this.#tries = new Counter({
      registers,
      name: 'ariflow_speech_attempts_total',
      help: 'Texts that an engine was asked to speak: spoken, failed; skipped while it is left alone',
      labelNames: ['engine', 'result'],
    });
    this.#durations = new Histogram({
      registers,
      name: 'ariflow_speech_attempt_duration_seconds',
      help: 'How long engines took',
      labelNames: ['engine'],
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    });
  }

  readonly cached = (): void => this.#cached.inc();

  readonly spoken = ({ engine, result, duration }: Spoken): void => {
    this.#tries.inc({ engine, result });
    if (result !== 'skipped') this.#durations.observe({ engine }, duration / 1_000);
  };
}
