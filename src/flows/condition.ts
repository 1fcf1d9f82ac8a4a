import * as z from 'zod';
import type { Problem } from '../core/errors.ts';
import type { Outcome } from './action.ts';
import { goTo, isNowhere } from './go-to.ts';
import { target } from './option-schemas.ts';
import type { WrittenOption } from './written.ts';

/** How values compare. */
export const operator = z.enum(['==', '!=', '>', '>=', '<', '<=']);

/** Where a condition goes when it does not hold. */
export const falseTarget = target
  .default('')
  .meta({ description: 'where to go when it is not so', examples: ['closed'] });

interface Condition {
  readonly false_target_id: string;
}

/** Whether a comparison holds, given how its two sides compare: negative, zero or positive. */
export function holds(comparison: z.output<typeof operator>, order: number): boolean {
  switch (comparison) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    default:
      return comparison satisfies never;
  }
}

/** On where a condition is true, to its `false_target_id` where not. */
export function decide(isTrue: boolean, { false_target_id }: Condition): Outcome {
  return isTrue ? { go: 'next' } : goTo(false_target_id);
}

/** A condition that decides nothing. */
export function withoutTarget({ false_target_id = '' }: WrittenOption): readonly Problem[] {
  if (typeof false_target_id !== 'string' || !isNowhere(false_target_id)) return [];
  return [
    { path: 'false_target_id', message: 'without it the flow goes on with the next action either way' },
  ];
}

/** What the seeds have given up in favour of `condition_variable`. */
export const deprecated: Problem = { path: '', message: 'deprecated, use condition_variable instead' };
