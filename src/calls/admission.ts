import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Rate } from '../core/rate.ts';
import type { Strain } from '../core/strain.ts';
import { Summary } from '../core/summary.ts';

/** Why no call may begin. */
export const barriers = [
  'stopping',
  'draining',
  'limit_calls',
  'limit_cps',
  'limit_lag',
  'limit_memory',
] as const;

export type Barrier = (typeof barriers)[number];

export const directions = ['incoming', 'outgoing'] as const;

type Direction = (typeof directions)[number];

/** Beyond these no more calls begin; what is not given has no limit. */
export interface AdmissionLimits {
  /** That live at once. */
  readonly calls?: number | undefined;
  /** That begin in any second. */
  readonly cps?: number | undefined;
  /** How late timers may be, in milliseconds. */
  readonly lag?: number | undefined;
  /** What the process may take, in bytes. */
  readonly memory?: number | undefined;
}

export interface AdmissionOptions {
  readonly limits: AdmissionLimits;
  /** How many calls live. */
  readonly live: () => number;
  readonly strain: Pick<Strain, 'lag' | 'memory'>;
  readonly onRefused: (direction: Direction, why: Barrier) => void;
  readonly log: Log;
}

/**
 * Whether calls may begin. What is done for a call that lives is not asked for here: its legs are part of it, and nothing that
 * keeps new calls out touches it.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #rate: Rate;
  readonly #refused: Summary;
  #isStopping = false;
  #drainedSince: string | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#rate = new Rate(options.limits.cps ?? Number.POSITIVE_INFINITY);
    this.#refused = new Summary((counts) =>
      options.log.warn(
        {
          ...counts,
          calls: options.live(),
          lag: Math.round(options.strain.lag),
          memory: options.strain.memory,
        },
        'calls_not_admitted',
      ),
    );
  }

  /** Why none may begin, whatever the limits say. */
  get closedFor(): 'stopping' | 'draining' | undefined {
    if (this.#isStopping) return 'stopping';
    return this.#drainedSince === undefined ? undefined : 'draining';
  }

  /** Since when none may begin, for as long as nobody says otherwise. */
  get drainedSince(): string {
    return this.#drainedSince ?? neverTime;
  }

  /** No more calls until `open`; those that live go on. */
  drain(): void {
    this.#drainedSince ??= wireTime(nowMicros());
  }

  open(): void {
    this.#drainedSince = undefined;
  }

  /** No more calls, for good. */
  stop(): void {
    this.drain();
    this.#isStopping = true;
  }

  /** Lets a call in, or says why not. */
  take(direction: Direction): Barrier | undefined {
    const barrier = this.#barrier(1);
    if (barrier) this.#tell(direction, barrier);
    else this.#rate.take();
    return barrier;
  }

  /** Whether so many calls may be made at once. @throws ActionError `SHUTTING_DOWN`, `OVERLOADED` */
  check(count: number): void {
    const barrier = this.#barrier(count);
    if (barrier) this.#refuse(barrier);
  }

  /** Lets a call be made. @throws ActionError as `check` does */
  make(): void {
    this.check(1);
    this.#rate.take();
  }

  #refuse(barrier: Barrier): never {
    this.#tell('outgoing', barrier);
    throw new ActionError(
      barrier === 'stopping' || barrier === 'draining' ? 'SHUTTING_DOWN' : 'OVERLOADED',
      messages[barrier],
    );
  }

  #barrier(count: number): Barrier | undefined {
    const { limits, live, strain } = this.#options;
    if (this.closedFor) return this.closedFor;
    if (limits.calls !== undefined && live() + count > limits.calls) return 'limit_calls';
    if (limits.lag !== undefined && strain.lag > limits.lag) return 'limit_lag';
    if (limits.memory !== undefined && strain.memory > limits.memory) return 'limit_memory';
    return limits.cps !== undefined && !this.#rate.hasRoom(count) ? 'limit_cps' : undefined;
  }

  #tell(direction: Direction, barrier: Barrier): void {
    this.#options.onRefused(direction, barrier);
    this.#refused.count(barrier);
  }
}

const messages: Readonly<Record<Barrier, string>> = {
  stopping: 'no more calls are made: the daemon is stopping',
  draining: 'no more calls are made: the daemon is drained (DELETE /v1.0/drain)',
  limit_calls: 'as many calls live as may (ARIFLOW_LIMIT_CALLS)',
  limit_cps: 'more calls in a second than may begin (ARIFLOW_LIMIT_CPS)',
  limit_lag: 'the daemon is too busy for more calls (ARIFLOW_LIMIT_LAG)',
  limit_memory: 'the daemon has too little memory for more calls (ARIFLOW_LIMIT_MEMORY)',
};
