import { Counter, Histogram, type Registry } from 'prom-client';

/** One try to write a batch. */
interface Committed {
  readonly isCommitted: boolean;
  /** Milliseconds. */
  readonly duration: number;
}

/** How what changes is written. */
export class StoreMetrics {
  readonly #commits: Counter<'result'>;
  readonly #durations: Histogram;

  constructor(registers: Registry[]) {
    this.#commits = new Counter({
      registers,
      name: 'ariflow_store_commits_total',
      help: 'Batches of changes that were to be written: committed, failed (to be tried again)',
      labelNames: ['result'],
    });
    // An alert sees what grows: what is not there before the first failure has not grown by it.
    for (const result of ['committed', 'failed']) this.#commits.inc({ result }, 0);
    this.#durations = new Histogram({
      registers,
      name: 'ariflow_store_commit_duration_seconds',
      help: 'How long they took',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    });
  }

  readonly committed = ({ isCommitted, duration }: Committed): void => {
    this.#commits.inc({ result: isCommitted ? 'committed' : 'failed' });
    this.#durations.observe(duration / 1_000);
  };
}
