import * as z from 'zod';
import { orderMusic } from '../calls/hold-music.ts';
import { ordered } from '../calls/ordered.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'moh_stop',
  summary: 'Stops the music on hold. It is no failure where there is none.',
  needs: 'answered call',
  option: z.strictObject({}),
  example: {},
  command: {
    operationId: 'stopMusicOnCall',
    summary: 'Stop the music',
    way: { method: 'delete', name: 'moh' },
    until: 'orders',
  },

  async run({ call, signal }) {
    await ordered(call, 'MOH_FAILED', (wanted) => orderMusic(call, undefined, wanted), signal);
  },
});
