import * as z from 'zod';
import { defineAction } from '../flows/action.ts';
import { timeLimitOf, timeLimitOptions } from '../ports/time-limit-option.ts';

export default defineAction({
  type: 'answer',
  summary: 'Answers the call. Done when it is up; at once where it is already.',
  needs: 'call',
  option: z.strictObject(timeLimitOptions),
  example: {},

  async run({ call, signal }, option) {
    await call.answer(signal);
    const limit = timeLimitOf(option);
    if (limit) call.life.set(limit);
  },
});
