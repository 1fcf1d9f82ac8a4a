import * as z from 'zod';
import { callerOf } from '../calls/referral.ts';
import { ActionError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { referenceAt } from '../flows/written.ts';

export default defineAction({
  type: 'agent_status',
  summary:
    'Sets the status of an agent, by default of whoever calls: behind a number, a key of his phone. `available` ends his wrap-up.',
  needs: 'nothing',
  option: z.strictObject({
    status: z
      .enum(['available', 'away', 'offline'])
      .meta({ description: 'what he is from now on', examples: ['available'] }),
    agent_id: z
      .union([z.literal(''), z.guid('expected the id of an agent').toLowerCase()])
      .default('')
      .meta({
        description:
          'the agent; empty: the one who has an address with the number, or the user, of the caller',
        examples: ['eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4b'],
      }),
  }),
  example: { status: 'available', agent_id: 'eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4b' },
  refersTo: (written) => referenceAt(written, 'agent_id', 'agent'),

  async run({ call, ports, signal }, { status, agent_id: id }) {
    const at = call && callerOf(call).target;
    if (id === '' && at === undefined) throw new ActionError('UNKNOWN_AGENT', 'nobody calls');
    const who = id === '' ? { at: at ?? '' } : { id };
    if (!(await orAbort(ports.agents.setStatus(who, status), signal)))
      throw new ActionError('UNKNOWN_AGENT', 'there is not exactly one such agent');
    return undefined;
  },
});
