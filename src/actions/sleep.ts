import * as z from 'zod';
import { sleepUntil } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { keptEnd } from '../flows/kept-end.ts';
import { duration } from '../flows/option-schemas.ts';

export default defineAction({
  type: 'sleep',
  summary: 'Waits for `duration` milliseconds; digits pressed meanwhile are kept.',
  needs: 'call',
  option: z.strictObject({
    duration: duration.default(0).meta({ description: 'how long, in milliseconds', examples: [1_000] }),
  }),
  example: { duration: 1_000 },

  async run({ signal, keep, left }, { duration }) {
    await sleepUntil(keptEnd({ keep, left }, duration), signal);
  },
});
