import * as z from 'zod';
import { play } from '../calls/playback.ts';
import { Prompt } from '../calls/prompt.ts';
import { ActionError } from '../core/errors.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'beep',
  summary: 'Plays a beep of about 400 ms; before answer as early media, where the channel allows it.',
  needs: 'call',
  canResume: false,
  option: z.strictObject({}),
  example: {},

  async run({ call, id, signal }) {
    using prompt = new Prompt(call, { id });
    const state = await play(prompt, 'sound:beep', signal);
    if (state === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play the beep');
  },
});
