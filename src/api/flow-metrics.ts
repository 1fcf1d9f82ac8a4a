import { Counter, type Registry } from 'prom-client';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { ActionFailed } from '../flows/flow-event.ts';

/** What flows have come to. */
export class FlowMetrics {
  readonly #ended: Counter<'reference_type'>;
  readonly #failed: Counter<'type' | 'code'>;

  constructor(registers: Registry[]) {
    this.#ended = new Counter({
      registers,
      name: 'ariflow_activeflows_total',
      help: 'Activeflows that have ended',
      labelNames: ['reference_type'],
    });
    this.#failed = new Counter({
      registers,
      name: 'ariflow_actions_failed_total',
      help: 'Actions, and orders over REST, that failed',
      labelNames: ['type', 'code'],
    });
  }

  readonly ended = ({ reference_type }: ActiveflowRecord): void => this.#ended.inc({ reference_type });

  readonly actionFailed = ({ action: { type }, code }: ActionFailed): void =>
    this.#failed.inc({ type, code });
}
