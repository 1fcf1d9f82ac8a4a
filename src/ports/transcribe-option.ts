import * as z from 'zod';
import { hearingHints, hearingProvider } from './hearing-option.ts';
import { language } from './prompt-options.ts';

export const transcribeDirections = ['both', 'in', 'out'] as const;

/** What is to be written down, and who is to hear it. */
export const transcribeOption = z.strictObject({
  language: language.meta({
    description: 'of what is said: BCP 47, or two letters',
    examples: ['en-US'],
  }),
  provider: hearingProvider.describe('who is to hear it; missing: the first that can'),
  direction: z
    .enum(['', ...transcribeDirections])
    .default('both')
    .describe('`in`: what the caller says; `out`: what he hears; missing: `both`, each by itself'),
  hints: hearingHints.meta({
    description: 'phrases that are likely to be said; `local` hears nothing else but digits',
    examples: [['sales', 'support']],
  }),
});

export type TranscribeOption = z.output<typeof transcribeOption>;
