import * as z from 'zod';
import { callStatuses } from '../calls/call-record.ts';
import { defineAction } from '../flows/action.ts';
import { decide, deprecated, falseTarget } from '../flows/condition.ts';

export default defineAction({
  type: 'condition_call_status',
  summary: 'Deprecated. Asks whether the call has this status: true goes on, false to `false_target_id`.',
  needs: 'nothing',
  option: z.strictObject({
    status: z.enum(callStatuses).describe('what the call must be; `progressing`: answered'),
    false_target_id: falseTarget,
  }),
  example: { status: 'progressing', false_target_id: 'gone' },
  targets: ['false_target_id'],
  warnings: () => [deprecated],

  run({ variables }, wanted) {
    // Of the call before, where this flow runs after one.
    return decide(variables.get('voipbin.call.status') === wanted.status, wanted);
  },
});
