import * as z from 'zod';
import { leaveToDialplan } from '../calls/leave-to-dialplan.ts';
import { ActionError } from '../core/errors.ts';
import { defineAction } from '../flows/action.ts';

const option = z.strictObject({
  context: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,79}$/, 'expected the name of a context')
    .meta({ description: 'of the dialplan', examples: ['from-internal'] }),
  extension: z
    .string()
    .regex(/^[A-Za-z0-9+*#_.-]{1,79}$/, 'expected an extension')
    .default('s')
    .meta({ description: 'in that context', examples: ['200'] }),
  priority: z.int().min(1).max(9_999).default(1).describe('of that extension'),
});

export default defineAction({
  type: 'dialplan_continue',
  summary: "Gives the call to a context of Asterisk's own dialplan, and ends the flow without hanging up.",
  needs: 'call',
  option,
  example: { context: 'from-internal', extension: '200', priority: 1 },
  goesOn: () => false,

  async run({ call, signal }, place) {
    // A daemon that has died has done that.
    if (call.whereabouts.isElsewhere) return { go: 'finish' };
    try {
      await leaveToDialplan(call, place, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new ActionError('DIALPLAN_FAILED', 'Asterisk does not take the call back', { cause });
    }
    return { go: 'finish' };
  },
});
