import * as z from 'zod';
import { count } from '../core/units.ts';
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
};
