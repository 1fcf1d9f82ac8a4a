import * as z from 'zod';
import { askedPlaybacks } from '../calls/asked-playbacks.ts';
import { hearOut, play } from '../calls/playback.ts';
import { Prompt } from '../calls/prompt.ts';
import { ActionError } from '../core/errors.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'beep',
  summary: 'Plays a beep of about 400 ms; before answer as early media, where the channel allows it.',
  needs: 'call',
  option: z.strictObject({}),
  example: {},

  async run({ call, id, signal, keep, left }) {
    using prompt = new Prompt(call, { id, ...askedPlaybacks({ keep, left }) });
    const state = (await hearOut(prompt, signal)) ?? (await play(prompt, 'sound:beep', signal));
    if (state === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play the beep');
  },
});
