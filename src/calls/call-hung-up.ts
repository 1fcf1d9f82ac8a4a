import { LifetimeEnded } from '../core/errors.ts';

/** Why everything of a call ended: it was hung up. */
export class CallHungUp extends LifetimeEnded {
  override readonly name = 'CallHungUp';
}

/** One for all: a reason is compared, not read, and a stack trace for each call costs more than the hang-up. */
export const hungUp = new CallHungUp('the call was hung up');
