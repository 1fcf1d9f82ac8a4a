import * as z from 'zod';
import { addressSchema } from '../calls/address.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'queue_callback',
  summary:
    'In the wait flow of a queue: the caller is called back when it is his turn, keeps his place, and goes on behind `queue_join`.',
  needs: 'call',
  option: z.strictObject({
    destination: addressSchema
      .optional()
      .describe('where he is called; his own number, or phone, where it is missing'),
  }),
  example: { destination: { type: 'tel', target: '+498912345' } },

  async run({ call, ports, signal }, { destination }) {
    await ports.queues.callBack(call, { destination }, signal);
    return undefined;
  },
});
