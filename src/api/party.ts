import * as z from 'zod';
import { addressTypes } from '../calls/address.ts';
import { component } from './components.ts';

/** A party of a call as answers show it. */
export const address = component(
  'Address',
  z.object({
    type: z
      .string()
      .meta({ description: addressTypes.map((type) => `\`${type}\``).join(', '), examples: ['tel'] }),
    target: z
      .string()
      .meta({ description: 'a number, `user@host`, or the id of an agent', examples: ['+498912345'] }),
    target_name: z.string().meta({ description: 'the display name', examples: ['Ada Lovelace'] }),
    name: z.string().meta({ description: 'kept and shown, for people', examples: ['mobile'] }),
    detail: z.string().meta({ description: 'kept and shown, for people', examples: ['only in the morning'] }),
  }),
);
