import { AriflowError } from '../core/errors.ts';
import type { MessageRecord, TargetStatus } from './message-record.ts';

/** What a gateway tells of a message that it was given. */
export interface StatusReport {
  readonly status: 'sent' | 'delivered' | 'failed';
  /** Of which target, where there are several. */
  readonly destination: string;
  readonly reason: string;
}

const order: Readonly<Record<TargetStatus, number>> = {
  queued: 0,
  sent: 1,
  // We may have given up what was under way all the same.
  failed: 2,
  delivered: 3,
  received: 4,
};

/** Whether it tells more than what is known: reports may come late, and in any order. */
export function isFurther(known: TargetStatus = 'queued', told: TargetStatus): boolean {
  return order[told] > order[known];
}

/** Which target a report is about. @throws AriflowError `CONFLICT`, `INVALID_ARGUMENT` */
export function targetOf({ direction, targets }: MessageRecord, { destination }: StatusReport): number {
  if (direction === 'inbound') throw new AriflowError('CONFLICT', 'the message came in, and was not sent');
  const index = targets.findIndex((target) => target.destination.target === destination);
  if (index >= 0) return index;
  if (destination === '' && targets.length === 1) return 0;
  const message = destination === '' ? 'expected one of several targets' : 'no target of this message';
  throw new AriflowError('INVALID_ARGUMENT', `destination: ${message}`, {
    details: [{ path: 'destination', message }],
  });
}
