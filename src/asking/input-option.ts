import * as z from 'zod';
import { hearingHints } from '../ports/hearing-option.ts';

/** Digits of a telephone's keypad. */
export const digits = z.string().regex(/^[0-9A-D*#]*$/, 'expected digits of 0-9 A-D * #');

const ways = ['dtmf', 'speech'] as const;

/** What counts as an answer. */
export const input = z
  .array(z.enum(ways))
  .min(1)
  .max(ways.length)
  .refine((given) => new Set(given).size === given.length, 'expected each once')
  .default(['dtmf'])
  .meta({
    description: 'what counts: keys, what is said, or whichever comes first',
    examples: [['dtmf', 'speech']],
  });

/** What each of some phrases stands for. */
export const phrases = z
  .record(z.string().min(1).max(100), digits.min(1).max(100))
  .refine((given) => Object.keys(given).length <= 100, 'expected at most 100');

/** Phrases that are likely to be said, with the digits that each stands for, or without. */
export const hints = z
  .union([hearingHints.unwrap(), phrases])
  .default([])
  .meta({
    description:
      'phrases that are likely to be said, or an object of phrases and the digits that each stands for; at most 100',
    examples: [{ sales: '1', support: '2' }],
  });
