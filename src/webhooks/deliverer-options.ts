import type { Log } from '../core/log.ts';
import type { GuardedClient } from '../http/guarded-client.ts';
import type { Outbox } from '../news/outbox.ts';
import type { Endpoint } from './endpoint.ts';
import { defaultSchedule } from './schedule.ts';

/** Times in milliseconds. */
export interface DelivererOptions {
  /** Delays between tries. */
  readonly schedule: readonly number[];
  /** How long a failing delivery may hold back the ones behind it. */
  readonly hold: number;
  /** How long an endpoint may take to answer. */
  readonly timeout: number;
  /** Lanes of one endpoint, and of all together, that are worked on at the same time: one request each. Every endpoint may
   * have one in any case. */
  readonly lanesPerEndpoint: number;
  readonly lanes: number;
  /** An endpoint that failed every try for so long is disabled. */
  readonly disableAfter: number;
  /** How often the outbox is asked without being told that something changed: others may append to it. */
  readonly poll: number;
  /** How often what is pending for endpoints that are gone is given up, besides when they go: it may be stored just after. */
  readonly retire: number;
  /** How long `close` goes on delivering what is due. */
  readonly drain: number;
}

export const defaultOptions: DelivererOptions = {
  schedule: defaultSchedule,
  hold: 60_000,
  timeout: 5_000,
  lanesPerEndpoint: 8,
  lanes: 200,
  disableAfter: 5 * 86_400_000,
  poll: 1_000,
  retire: 60_000,
  drain: 5_000,
};

/** One try, for metrics. */
export interface Attempted {
  readonly endpointId: string;
  readonly result: 'delivered' | 'failed' | 'dead';
  readonly duration: number;
}

export interface DelivererDependencies {
  readonly outbox: Outbox;
  readonly client: Pick<GuardedClient, 'requestHead'>;
  /**
   * All endpoints as they are now, complete from the start: read then and after `endpointsChanged`. What is pending for an
   * endpoint that is missing is given up.
   */
  readonly endpoints: () => readonly Endpoint[];
  readonly log: Omit<Log, 'child'>;
  readonly options?: Partial<DelivererOptions>;
  /** Called once when an endpoint answered 410 or failed for days: store it as `disabled`, say so, call `endpointsChanged`. */
  readonly onDisable?: (endpointId: string, reason: 'gone' | 'failing') => void;
  readonly onAttempt?: (attempted: Attempted) => void;
  /** Instead of `now()`. */
  readonly clock?: { now(): number };
}
