import * as z from 'zod';

/** Whether what a party presses is for the flow alone. */
export const digitsOption = z
  .enum(['pass', 'absorb'])
  .default('pass')
  .describe(
    '`absorb`: what is pressed (RFC 4733, SIP INFO) is not passed on to others and not recorded, and is `***` in events; tones in the sound itself are not covered',
  );
