import * as z from 'zod';
import { isMedia } from '../calls/media-uri.ts';
import { longestUrl } from '../core/longest-url.ts';
import { milliseconds } from '../core/units.ts';

/** A duration in milliseconds, at most an hour: no wait is without bound. */
export const duration = milliseconds(0, 3_600_000);

/** The id of another action of the flow, `''` = none. */
export const target = z.string().regex(/^[A-Za-z0-9_.-]{0,64}$/, 'expected the id of an action');

/** A variable's name: anything but what would end its placeholder. */
export const variableName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^}]*$/, 'expected no `}`');

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

/** What can be played. */
export const media = z
  .string()
  .max(longestUrl)
  .refine(isMedia, 'expected an http: or https: URL, sound:<name> or recording:<name>');

/** A URL that our requests go to, checked further by `urls` of the action. */
export const url = z.string().min(1).max(longestUrl);
