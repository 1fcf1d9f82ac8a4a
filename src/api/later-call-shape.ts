import * as z from 'zod';
import type { LaterCallRecord } from '../ports/later-requests.ts';
import { component } from './components.ts';
import { address } from './party.ts';
import { idOf, when } from './shapes.ts';

/** A call that is to be made. */
export const laterCallShape: z.ZodType<LaterCallRecord> = component(
  'LaterCall',
  z.object({
    id: idOf('its id, and the `activeflow_id` of the call that is made of it'),
    flow_id: idOf('the stored flow that will run on it; zeros: actions that were given'),
    source: address.meta({ description: 'who calls' }),
    destination: address.meta({ description: 'who is called' }),
    caller_id_name: z
      .string()
      .meta({ description: 'a name for the callee; empty: none', examples: ['Clinic North'] }),
    tm_create: when('it was ordered'),
    tm_due: when('it is to be made'),
  }),
);
