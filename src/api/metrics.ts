import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { within } from '../core/wait.ts';
import { version } from '../version.ts';
import type { Attempted } from '../webhooks/deliverer-options.ts';
import { CallMetrics } from './call-metrics.ts';

/** What is there just now. */
export interface Gauges {
  readonly liveCalls: number;
  readonly isConnected: boolean;
  readonly pendingDeliveries: () => Promise<number>;
}

const results = ['delivered', 'failed', 'dead'] as const;

/** How long a scrape waits for the store. */
const maxWait = 500;

/** What is counted for Prometheus. Labels are few and come from us: route patterns and ids, never what a request says. */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #on = { registers: [this.#registry] };
  readonly calls = new CallMetrics(this.#on.registers);
  readonly #requests = new Counter({
    ...this.#on,
    name: 'ariflow_api_requests_total',
    help: 'Requests to the API',
    labelNames: ['method', 'route', 'status'],
  });
  readonly #attempts = new Counter({
    ...this.#on,
    name: 'ariflow_webhook_attempts_total',
    help: 'Tries of webhook deliveries: delivered, failed (to be tried again), dead (given up)',
    labelNames: ['endpoint_id', 'result'],
  });
  readonly #durations = new Histogram({
    ...this.#on,
    name: 'ariflow_webhook_attempt_duration_seconds',
    help: 'How long tries of webhook deliveries took',
    labelNames: ['result'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  readonly #pending = new Gauge({
    ...this.#on,
    name: 'ariflow_webhook_deliveries_pending',
    help: 'Deliveries that wait for a try',
  });
  readonly #liveCalls = new Gauge({ ...this.#on, name: 'ariflow_calls_live', help: 'Calls that live' });
  readonly #connected = new Gauge({
    ...this.#on,
    name: 'ariflow_ari_connected',
    help: 'Whether Asterisk is connected',
  });

  constructor() {
    this.contentType = this.#registry.contentType;
    new Gauge({
      ...this.#on,
      name: 'ariflow_info',
      help: 'The version that runs',
      labelNames: ['version'],
    }).set({ version }, 1);
  }

  request(method: string, route: string | undefined, status: number): void {
    this.#requests.inc({ method, route: route ?? 'unknown', status });
  }

  readonly attempted = ({ endpointId, result, duration }: Attempted): void => {
    this.#attempts.inc({ endpoint_id: endpointId, result });
    this.#durations.observe({ result }, duration / 1_000);
  };

  /** Of an endpoint that is gone nothing is kept. */
  forgetEndpoint(id: string): void {
    for (const result of results) this.#attempts.remove({ endpoint_id: id, result });
  }

  /** In Prometheus' format. A store that does not answer leaves its figure as it was. */
  async text({ liveCalls, isConnected, pendingDeliveries }: Gauges): Promise<string> {
    this.#liveCalls.set(liveCalls);
    this.#connected.set(isConnected ? 1 : 0);
    const pending = await within(pendingDeliveries(), maxWait).catch(() => undefined);
    if (pending !== undefined) this.#pending.set(pending);
    return this.#registry.metrics();
  }
}
