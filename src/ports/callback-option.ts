import * as z from 'zod';
import { count, milliseconds } from '../core/units.ts';
import { longestSpeech } from './speech.ts';

const day = 86_400_000;

const said = (when: string, example: string) =>
  z
    .string()
    .max(longestSpeech)
    .default(example)
    .meta({
      description: `said ${when}: text, SSML, a URL, or \`sound:<name>\`; empty: nothing`,
      examples: [example],
    });

/** How those who wait in a queue may ask to be called back, and keep their place meanwhile. */
export const callback = z.strictObject({
  key: z
    .string()
    .regex(/^[0-9*#]?$/, 'expected one of 0-9 * #, or nothing')
    .default('')
    .meta({ description: 'the key by which a caller asks for it; empty: there is none', examples: ['1'] }),
  tries: count('calls', 1, 10)
    .default(3)
    .meta({ description: 'how often he is called, until he takes the call', examples: [3] }),
  retry_delay: milliseconds(1_000, day)
    .default(300_000)
    .meta({ description: 'how long it is from one try to the next, in milliseconds', examples: [300_000] }),
  ring_timeout: milliseconds(1_000, 600_000)
    .default(30_000)
    .meta({ description: 'how long each may ring, in milliseconds', examples: [30_000] }),
  timeout: milliseconds(1_000, 7 * day)
    .default(14_400_000)
    .meta({ description: 'how long his place is kept at most, in milliseconds', examples: [14_400_000] }),
  most: count('calls', 1, 10_000)
    .default(100)
    .meta({ description: 'how many may be waited for at once', examples: [100] }),
  accepted: said('to who is to be called back', 'We will call you back. You keep your place in line.'),
  refused: said('where that cannot be', 'We cannot call you back. Please hold the line.'),
});

export type CallbackOption = z.output<typeof callback>;

/** Nobody asks for it by a key. */
export const noCallbackKey: CallbackOption = callback.parse({});
