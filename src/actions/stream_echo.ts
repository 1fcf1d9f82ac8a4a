import * as z from 'zod';
import { echo } from '../calls/echo.ts';
import { defineAction } from '../flows/action.ts';
import { keptEnd } from '../flows/kept-end.ts';
import { duration } from '../flows/option-schemas.ts';

export default defineAction({
  type: 'stream_echo',
  summary: 'Like `echo`, and the digits the caller presses come back to him as well.',
  needs: 'answered call',
  answers: () => false, // it does so itself
  option: z.strictObject({ duration: duration.default(180_000).describe('how long, in milliseconds') }),
  example: { duration: 10_000 },

  async run({ call, id, scope, keep, left }, { duration }) {
    const end = (): number => keptEnd({ keep, left }, duration);
    await echo(call, { id, end, returnsDigits: true, scope });
  },
});
