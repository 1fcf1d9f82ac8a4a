import * as z from 'zod';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'answer',
  summary: 'Answers the call. Done when it is up; at once where it is already.',
  needs: 'call',
  option: z.strictObject({}),
  example: {},

  async run({ call, signal }) {
    await call.answer(signal);
  },
});
