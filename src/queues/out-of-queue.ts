import { LifetimeEnded } from '../core/errors.ts';
import type { QueuecallReason } from './queuecall-record.ts';

/** Why a call is to leave its queue: it was taken out, its time is up, or it is called back. */
export class OutOfQueue extends LifetimeEnded {
  override readonly name = 'OutOfQueue';
  readonly why: QueuecallReason;

  constructor(why: QueuecallReason) {
    super(why);
    this.why = why;
  }
}
