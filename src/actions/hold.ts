import * as z from 'zod';
import { setHold } from '../calls/hold.ts';
import { ordered } from '../calls/ordered.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'hold',
  summary: 'Tells the phone by re-INVITE that it is on hold, until `unhold`, a bridge or another flow.',
  needs: 'answered call',
  option: z.strictObject({}),
  example: {},
  command: { operationId: 'holdCall', summary: 'Tell the phone that it is on hold', until: 'orders' },

  async run({ call, signal }) {
    await ordered(call, 'HOLD_FAILED', (wanted) => setHold(call, true, wanted), signal);
  },
});
