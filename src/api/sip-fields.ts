import * as z from 'zod';
import { isCodec } from '../config/codecs.ts';

/** What a phone, or a trunk, is offered. */
export const codecs = z
  .array(z.string().refine(isCodec, 'must be a codec, as Asterisk calls it'))
  .max(20)
  .meta({
    description: 'what it is offered, in this order; empty: `ARIFLOW_CODECS`',
    examples: [['g722', 'alaw']],
  });

/** Of either, which says what it is for. */
export const password = z
  .string()
  .max(128)
  .regex(/^[\x20-\x7e]*$/, 'must have letters, digits and signs only')
  .meta({ examples: ['correct-horse-battery'] });

/** The number that is shown to who is called: says where it counts. */
export const callerId = z
  .string()
  .regex(/^(\+?[0-9]{1,32})?$/, 'must be a telephone number, or empty')
  .meta({ examples: ['+498912345'] });
