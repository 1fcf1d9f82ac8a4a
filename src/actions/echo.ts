import * as z from 'zod';
import { echo } from '../calls/echo.ts';
import { defineAction } from '../flows/action.ts';
import { keptEnd } from '../flows/kept-end.ts';
import { duration } from '../flows/option-schemas.ts';

export default defineAction({
  type: 'echo',
  summary: 'Lets the caller hear himself for `duration` milliseconds; digits pressed meanwhile are kept.',
  needs: 'answered call',
  answers: () => false, // it does so itself
  option: z.strictObject({ duration: duration.default(180_000).describe('how long, in milliseconds') }),
  example: { duration: 30_000 },

  async run({ call, id, scope, keep, left }, { duration }) {
    const end = (): number => keptEnd({ keep, left }, duration);
    await echo(call, { id, end, returnsDigits: false, scope });
  },
});
