import * as z from 'zod';
import { count } from '../core/units.ts';
import { digitsOption } from '../ports/digits-option.ts';
import { musicOption } from '../ports/music.ts';
import { language } from '../ports/prompt-options.ts';
import { longestSpeech } from '../ports/speech.ts';

/** How a call joins a conference or a confbridge. */
export const joiningOptions = {
  muted: z.boolean().default(false).describe('the others do not hear the call'),
  max_members: count('members', 0, 1_000)
    .default(0)
    .describe('how many calls may be in it: where so many are the action fails; 0: no limit but its own'),
  announcement: z
    .string()
    .max(longestSpeech)
    .default('')
    .meta({
      description: 'text or SSML, said to all when the call has joined; at most 5 000 characters',
      examples: ['Somebody has joined.'],
    }),
  language: language.default('en-US').describe('of the announcement'),
  start_on_enter: z
    .boolean()
    .default(true)
    .describe('`false`: the call hears music, and nobody, until one is in without this'),
  end_on_exit: z.boolean().default(false).describe('when the call leaves, so do all others'),
  leave_keys: z
    .string()
    .regex(/^[0-9A-D*#]{0,16}$/, 'expected digits, A to D, * and #')
    .default('')
    .meta({ description: 'by any of these keys the call leaves, to its next action', examples: ['*'] }),
  digits: digitsOption,
  music: musicOption.describe('what the call hears while it is alone, or waits; empty: the usual'),
};
