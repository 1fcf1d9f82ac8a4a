import * as z from 'zod';
import { orderMusic } from '../calls/hold-music.ts';
import { ordered } from '../calls/ordered.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'moh',
  summary:
    'Lets the caller hear music on hold, until `moh_stop`, something that is played, a bridge or another flow.',
  needs: 'answered call',
  option: z.strictObject({}),
  example: {},
  command: { operationId: 'startMusicOnCall', summary: 'Let a call hear music on hold', until: 'orders' },

  async run({ call, signal }) {
    await ordered(call, 'MOH_FAILED', (wanted) => orderMusic(call, true, wanted), signal);
  },
});
