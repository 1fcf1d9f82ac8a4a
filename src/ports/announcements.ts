import * as z from 'zod';
import { milliseconds } from '../core/units.ts';
import { language } from './prompt-options.ts';
import { longestSpeech } from './speech.ts';

const least = 1_000;

const said = (what: string, example: string) =>
  z
    .string()
    .max(longestSpeech)
    .default(example)
    .meta({
      description: `${what}: text, SSML, a URL, or \`sound:<name>\`; empty: nothing`,
      examples: [example],
    });

/** What those who wait in a queue are told now and then, between pieces of music. */
export const announcements = z.strictObject({
  interval: milliseconds(0, 3_600_000)
    .refine((interval) => interval === 0 || interval >= least, `expected 0, or at least ${least}`)
    .default(0)
    .meta({
      description: 'how long it is from one to the next, at least 1 000, in milliseconds; 0: there are none',
      examples: [45_000],
    }),
  only_when_changed: z
    .boolean()
    .default(true)
    .meta({ description: 'whether nothing is said as long as it would be what was said last' }),
  prompt: said('said before all else', '').meta({ examples: ['sound:queue-thankyou'] }),
  position: said('where the call stands', 'You are number ${voipbin.queuecall.position} in line.'),
  wait: said(
    'how long it may take, where that is more than a minute',
    'The expected wait is about ${voipbin.queuecall.estimated_wait_minutes} minutes.',
  ),
  wait_short: said('the same, where it is a minute at most', 'The expected wait is less than a minute.'),
  wait_unknown: said('the same, where nobody knows yet', ''),
  language: language
    .default('en-US')
    .meta({ description: 'of the texts, and of their voice', examples: ['en-US'] }),
  voice_id: z
    .string()
    .max(128)
    .default('')
    .meta({ description: 'a voice, by the name that its provider has for it', examples: ['en-us+f3'] }),
});

export type Announcements = z.output<typeof announcements>;

/** Those who wait are told nothing. */
export const noAnnouncements: Announcements = announcements.parse({});
