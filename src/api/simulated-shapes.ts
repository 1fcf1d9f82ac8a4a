import * as z from 'zod';

/** Keys of somebody who is simulated, a text for each input. */
const simulatedKeys = z.string().regex(/^[0-9A-D*#]{0,64}$/, 'expected keys: 0-9 * # A-D');
export const simulatedWords = z.string().min(1).max(1_000);

/** What a caller does where something waits for him. */
export const simulatedReaction = z.union([
  z.strictObject({ press: simulatedKeys.min(1).meta({ description: 'keys', examples: ['1'] }) }),
  z.strictObject({ say: simulatedWords.meta({ description: 'words', examples: ['Ada Lovelace'] }) }),
  z.strictObject({ wait: z.literal(true).meta({ description: 'he does nothing' }) }),
  z.strictObject({ hangup: z.literal(true).meta({ description: 'he hangs up' }) }),
]);

export const simulatedDigits = z.array(simulatedKeys).max(1_000).default([]);

/** How a simulated call has ended. */
export const simulatedEnd = z
  .object({
    how: z.enum(['flow', 'caller', 'failed', 'stuck', 'limit']).meta({
      description:
        'by the flow, by the caller; it has failed, would go on for ever, or was cut short at a limit',
    }),
    reason: z.string().meta({ description: 'why, of the call or the limit', examples: ['normal'] }),
    at: z.number().meta({ description: 'when, in milliseconds of the call', examples: [7_085] }),
  })
  .meta({ description: 'how it has ended' });
