import * as z from 'zod';

/** Which way a call is muted, or not any more. */
export const muteOption = z.strictObject({
  direction: z
    .enum(['in', 'out', 'both'])
    .default('both')
    .describe('`in`: nobody hears the party; `out`: the party hears nothing'),
});
