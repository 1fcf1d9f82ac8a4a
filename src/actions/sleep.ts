import * as z from 'zod';
import { now } from '../core/clock.ts';
import { sleepUntil } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { duration } from '../flows/option-schemas.ts';

export default defineAction({
  type: 'sleep',
  summary: 'Waits for `duration` milliseconds; digits pressed meanwhile are kept.',
  needs: 'call',
  option: z.strictObject({
    duration: duration.default(0).meta({ description: 'how long, in milliseconds', examples: [1_000] }),
  }),
  example: { duration: 1_000 },

  async run({ signal }, option) {
    await sleepUntil(now() + option.duration, signal);
  },
});
