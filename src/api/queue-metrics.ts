import { Counter, Histogram, type Registry } from 'prom-client';
import type { QueuecallRecord } from '../queues/queuecall-record.ts';

/** In seconds: what call centres promise, and what nobody should wait. */
const waits = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1_200];
const talks = [15, 30, 60, 120, 180, 300, 600, 1_200, 2_400];

/** What calls in queues have come to. */
export class QueueMetrics {
  readonly #over: Counter<'result' | 'reason'>;
  readonly #waited: Histogram<'result'>;
  readonly #handled: Histogram;

  constructor(registers: Registry[]) {
    this.#over = new Counter({
      registers,
      name: 'ariflow_queuecalls_total',
      help: 'Calls that have left their queues',
      labelNames: ['result', 'reason'],
    });
    this.#waited = new Histogram({
      registers,
      name: 'ariflow_queue_wait_seconds',
      help: 'How long calls waited, until an agent took them or they left without',
      labelNames: ['result'],
      buckets: waits,
    });
    this.#handled = new Histogram({
      registers,
      name: 'ariflow_queue_handle_seconds',
      help: 'How long agents talked',
      buckets: talks,
    });
  }

  readonly serviced = ({ duration_waiting }: QueuecallRecord): void =>
    this.#waited.observe({ result: 'served' }, duration_waiting / 1_000);

  readonly done = ({ duration_service, reason }: QueuecallRecord): void => {
    this.#over.inc({ result: 'served', reason });
    this.#handled.observe(duration_service / 1_000);
  };

  readonly abandoned = ({ duration_waiting, reason }: QueuecallRecord): void => {
    this.#over.inc({ result: 'abandoned', reason });
    if (reason !== 'callback') this.#waited.observe({ result: 'abandoned' }, duration_waiting / 1_000); // he waits on elsewhere
  };
}
