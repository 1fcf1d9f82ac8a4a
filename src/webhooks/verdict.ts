import type { DeliveryResult, DueDelivery } from '../news/outbox.ts';
import type { Answer } from './attempt.ts';
import type { Outcome } from './endpoint-gate.ts';
import { delayAfter } from './schedule.ts';

export interface RetryRules {
  readonly schedule: readonly number[];
  /** How long a failing delivery may hold back the ones behind it in its lane. */
  readonly hold: number;
}

interface Moment {
  readonly now: number;
  readonly random: number;
}

/** What an answer means for the delivery: done, once more at a later time (in line or set aside), or given up. */
export function verdict(
  delivery: DueDelivery,
  answer: Answer,
  { schedule, hold }: RetryRules,
  { now, random }: Moment,
): DeliveryResult {
  const { status, error, isFinal, retryAfter } = answer;
  const tried = { id: delivery.id, at: now, attempts: delivery.attempts + 1, status, error };
  if (error === '') return { ...tried, kind: 'delivered' };
  const delay = isFinal ? undefined : delayAfter({ schedule, attempts: tried.attempts, retryAfter, random });
  if (delay === undefined) return { ...tried, kind: 'dead' };
  const failingSince = delivery.failingSince ?? now;
  const nextAt = now + delay;
  // If the next try comes after the hold has ended, waiting for it cannot save the order.
  return { ...tried, kind: 'failed', nextAt, failingSince, isSetAside: nextAt > failingSince + hold };
}

/** What an answer says of the endpoint's health: 4xx and redirects come from a receiver that is well. */
export function outcomeOf({ status, error }: Answer): Outcome {
  if (error === '') return 'delivered';
  return status === 0 || status === 429 || status >= 500 ? 'failed' : 'refused';
}
