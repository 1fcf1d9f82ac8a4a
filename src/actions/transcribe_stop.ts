import * as z from 'zod';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'transcribe_stop',
  summary:
    'Ends all transcriptions of the call, or one; what was said until then is still told. It is no failure where there is none.',
  needs: 'call',
  option: z.strictObject({
    id: z
      .string()
      .max(64)
      .default('')
      .meta({
        description: '`voipbin.transcribe.id` of the one to end; empty: all',
        examples: ['${voipbin.transcribe.id}'],
      }),
  }),
  example: {},

  run({ call, ports }, { id }) {
    ports.transcribes.stop(call, id);
    return undefined;
  },
});
