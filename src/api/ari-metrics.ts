import { Counter, type Registry } from 'prom-client';

/** The connection to Asterisk. */
export class AriMetrics {
  readonly #taken: Counter;

  constructor(registers: Registry[]) {
    this.#taken = new Counter({
      registers,
      name: 'ariflow_ari_application_taken_total',
      help: 'How often another client has taken our application in Asterisk',
    });
  }

  readonly taken = (): void => this.#taken.inc();
}
