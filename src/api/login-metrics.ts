import { Counter, type Registry } from 'prom-client';

const reasons = ['credentials', 'refused'] as const;

/** Who could not log in by SIP. */
export class LoginMetrics {
  readonly #failed: Counter<'reason'>;

  constructor(registers: Registry[]) {
    this.#failed = new Counter({
      registers,
      name: 'ariflow_sip_logins_failed_total',
      help: 'SIP requests whose sender could not say who he is: wrong password or user, or refused there',
      labelNames: ['reason'],
    });
    for (const reason of reasons) this.#failed.inc({ reason }, 0);
  }

  readonly failed = (reason: (typeof reasons)[number]): void => this.#failed.inc({ reason });
}
