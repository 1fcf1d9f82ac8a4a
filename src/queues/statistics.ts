import { millisOf } from '../core/clock.ts';
import type { FiguresRequest, QueueFigures } from './queue-figures.ts';

/** What a queue has done in a time, as it is shown. Durations in milliseconds; what cannot be said is `null`. */
export interface QueueStatistics {
  readonly queue_id: string;
  readonly from: string;
  readonly to: string;
  readonly within: number;
  readonly offered: number;
  readonly served: number;
  readonly served_within: number;
  readonly abandoned: number;
  readonly abandoned_within: number;
  readonly waiting: number;
  readonly talking: number;
  readonly callbacks: number;
  readonly callbacks_abandoned: number;
  readonly service_level: number | null;
  readonly abandonment: number | null;
  readonly longest_wait: number;
  readonly average_wait: number | null;
  readonly average_handle: number | null;
}

/** `present` is the instant at which it was counted. */
export function statisticsOf(
  { queueId, from, to, within }: FiguresRequest,
  figures: QueueFigures,
  present: number,
): QueueStatistics {
  const { served, servedWithin, abandoned, abandonedWithin, open } = figures;
  const talking = open.filter(({ status }) => status === 'service');
  const waits = open.map(({ status, tm_create, waited }) =>
    status === 'service' ? Number(waited) : present - millisOf(tm_create),
  );
  const decided = served + abandoned;
  return {
    queue_id: queueId,
    ...{ from, to, within },
    offered: decided + open.length,
    served,
    served_within: servedWithin,
    abandoned,
    abandoned_within: abandonedWithin,
    waiting: open.length - talking.length,
    talking: talking.length,
    callbacks: figures.callbacks,
    callbacks_abandoned: figures.callbacksAbandoned,
    service_level: share(servedWithin, decided),
    abandonment: share(abandoned, decided),
    longest_wait: Math.max(0, Math.round(figures.longestWait), ...waits.map(Math.round)),
    average_wait: mean(figures.waited, served),
    average_handle: mean(figures.talked, served),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : Math.round(sum / count);
}
