import * as z from 'zod';
import { hangupActionReasons } from '../calls/hangup-cause.ts';
import { dismiss } from '../calls/trial.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'hangup',
  summary:
    'Hangs up: before the answer with the SIP response of `reason`, after it with a BYE that gives the cause.',
  needs: 'call',
  option: z.strictObject({
    reason: z
      .enum(hangupActionReasons)
      .default('normal')
      .describe(
        'what the record says, and the other side is told: before the answer `busy` 486, `noanswer` 480, `failed` 503, else 603',
      ),
  }),
  example: { reason: 'busy' },

  run({ call }, { reason }) {
    dismiss(call, reason);
    return { go: 'finish' };
  },
});
