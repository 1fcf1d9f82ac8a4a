import * as z from 'zod';
import { count } from '../core/units.ts';
import { defineAction } from '../flows/action.ts';
import { decide, deprecated, falseTarget } from '../flows/condition.ts';

export default defineAction({
  type: 'condition_call_digits',
  summary:
    'Deprecated. Asks whether the digits are `length` many and equal `key`, each where given: true goes on, false to `false_target_id`.',
  needs: 'nothing',
  option: z.strictObject({
    length: count('digits', 0, 256).default(0).describe('how many digits there must be; 0: any'),
    key: z
      .string()
      .max(256)
      .default('')
      .meta({ description: 'what they must be; empty: any', examples: ['1234'] }),
    false_target_id: falseTarget,
  }),
  example: { length: 4, key: '1234', false_target_id: 'wrong' },
  targets: ['false_target_id'],

  compares: ({ key }) => [
    { path: 'key', variable: 'voipbin.call.digits', as: 'string', isOrder: false, value: key },
  ],

  warnings: () => [deprecated],

  run({ variables }, wanted) {
    const digits = variables.get('voipbin.call.digits');
    const hasLength = wanted.length === 0 || digits.length === wanted.length;
    return decide(hasLength && (wanted.key === '' || digits === wanted.key), wanted);
  },
});
