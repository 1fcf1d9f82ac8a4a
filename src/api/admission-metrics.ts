import { Counter, type Registry } from 'prom-client';
import { type AdmissionOptions, barriers, directions } from '../calls/admission.ts';

/** Calls that were kept out. */
export class AdmissionMetrics {
  readonly #refused: Counter<'direction' | 'reason'>;

  constructor(registers: Registry[]) {
    this.#refused = new Counter({
      registers,
      name: 'ariflow_calls_not_admitted_total',
      help: 'Calls that were not let in, or not made: the daemon has as many as it may have, is drained, or stops',
      labelNames: ['direction', 'reason'],
    });
    for (const direction of directions)
      for (const reason of barriers) this.#refused.inc({ direction, reason }, 0); // for alerts, which see what grows
  }

  readonly refused: AdmissionOptions['onRefused'] = (direction, reason) => {
    this.#refused.inc({ direction, reason });
  };
}
