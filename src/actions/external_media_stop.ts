import * as z from 'zod';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'external_media_stop',
  summary: 'Ends all external media of the call, or one. It is no failure where there is none.',
  needs: 'call',
  option: z.strictObject({
    id: z
      .string()
      .max(64)
      .default('')
      .meta({
        description: '`voipbin.external_media.id` of the one to end; empty: all',
        examples: ['${voipbin.external_media.id}'],
      }),
  }),
  example: {},

  async run({ call, ports }, { id }) {
    await ports.externalMedia.stop(call, id);
  },
});
