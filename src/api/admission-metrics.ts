import { Counter, type Registry } from 'prom-client';
import type { AdmissionOptions } from '../calls/admission.ts';

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
  }

  readonly refused: AdmissionOptions['onRefused'] = (direction, reason) => {
    this.#refused.inc({ direction, reason });
  };
}
