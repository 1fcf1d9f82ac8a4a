import * as z from 'zod';
import { isMedia } from '../calls/media-uri.ts';
import { longestUrl } from '../core/longest-url.ts';

/** BCP 47, or a language alone. */
export const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'expected a language such as en-US');

/** Whether a digit skips a prompt. */
export const digitsHandle = z
  .enum(['', 'next'])
  .default('')
  .describe(
    '`next`: a digit ends it, one that waits for a `digits_receive` before it begins; the digit stays',
  );

/** Whether a call is answered to be played to. */
export const answer = z
  .boolean()
  .default(true)
  .describe(
    '`false`: a caller who was not answered hears it before the answer (early media: 183), which costs him nothing yet',
  );

/** What can be played. */
export const media = z
  .string()
  .max(longestUrl)
  .refine(isMedia, 'expected an http: or https: URL, sound:<name> or recording:<name>');
