import * as z from 'zod';
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

/** A URL that our requests go to, checked further by `urls` of the action. */
export const url = z.string().min(1).max(longestUrl);
