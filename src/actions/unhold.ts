import * as z from 'zod';
import { setHold } from '../calls/hold.ts';
import { ordered } from '../calls/ordered.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'unhold',
  summary: 'Tells the phone that it is no longer on hold. It is no failure where it was not.',
  needs: 'answered call',
  option: z.strictObject({}),
  example: {},
  command: {
    operationId: 'unholdCall',
    summary: 'Tell the phone that it is no longer on hold',
    way: { method: 'delete', name: 'hold' },
    until: 'orders',
  },

  async run({ call, signal }) {
    await ordered(call, 'HOLD_FAILED', (wanted) => setHold(call, false, wanted), signal);
  },
});
