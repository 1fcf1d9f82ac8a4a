import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { version } from '../version.ts';
import type { Attempted } from '../webhooks/deliverer-options.ts';
import { AdmissionMetrics } from './admission-metrics.ts';
import { AriMetrics } from './ari-metrics.ts';
import { CallMetrics } from './call-metrics.ts';
import { FlowMetrics } from './flow-metrics.ts';
import { LoginMetrics } from './login-metrics.ts';
import { MediaMetrics } from './media-metrics.ts';
import { MessageMetrics } from './message-metrics.ts';
import { type Gauges, PresentFigures } from './present-figures.ts';
import { QueueMetrics } from './queue-metrics.ts';
import { SpeechMetrics } from './speech-metrics.ts';
import { StoreMetrics } from './store-metrics.ts';

const results = ['delivered', 'failed', 'dead'] as const;

/** What is counted for Prometheus. Labels are few and come from us: route patterns and ids, never what a request says. */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #on = { registers: [this.#registry] };
  readonly ari = new AriMetrics(this.#on.registers);
  readonly calls = new CallMetrics(this.#on.registers);
  readonly admission = new AdmissionMetrics(this.#on.registers);
  readonly flows = new FlowMetrics(this.#on.registers);
  readonly speech = new SpeechMetrics(this.#on.registers);
  readonly store = new StoreMetrics(this.#on.registers);
  readonly logins = new LoginMetrics(this.#on.registers);
  readonly media = new MediaMetrics(this.#on.registers);
  readonly messages = new MessageMetrics(this.#on.registers);
  readonly queues = new QueueMetrics(this.#on.registers);
  readonly #present = new PresentFigures(this.#on.registers);
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
  /** Endpoints that have been tried. */
  readonly #tried = new Set<string>();

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
    if (!this.#tried.has(endpointId)) this.#begin(endpointId);
    this.#attempts.inc({ endpoint_id: endpointId, result });
    this.#durations.observe({ result }, duration / 1_000);
  };

  /** What is given up has failed before: all of it is there from the first try on. */
  #begin(endpointId: string): void {
    this.#tried.add(endpointId);
    for (const result of results) this.#attempts.inc({ endpoint_id: endpointId, result }, 0);
  }

  /** Of an endpoint that is gone nothing is kept. */
  forgetEndpoint(id: string): void {
    this.#tried.delete(id);
    for (const result of results) this.#attempts.remove({ endpoint_id: id, result });
  }

  /** In Prometheus' format. */
  async text(gauges: Gauges): Promise<string> {
    await this.#present.look(gauges);
    return this.#registry.metrics();
  }
}
