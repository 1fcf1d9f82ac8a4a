import { zeroId } from '../core/clock.ts';
import type { Outcome } from './action.ts';

/** Does this target mean "none"? */
export function isNowhere(actionId: string | undefined): boolean {
  return actionId === undefined || actionId === '' || actionId === zeroId;
}

/** Whether a target that is written so, if at all, may mean "none": a variable may come to nothing. */
export function isNowhereWritten(target: unknown): boolean {
  return typeof target !== 'string' || isNowhere(target) || target.includes('${');
}

/** To an action; on with the next one where none is named. */
export function goTo(actionId: string): Outcome {
  return isNowhere(actionId) ? { go: 'next' } : { go: 'to', actionId };
}
