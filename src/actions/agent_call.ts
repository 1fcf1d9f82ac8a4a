import * as z from 'zod';
import { callerOf } from '../calls/referral.ts';
import { defineAction } from '../flows/action.ts';
import { referenceAt } from '../flows/written.ts';
import { connect } from '../outgoing/connecting.ts';

const option = z.strictObject({
  agent_id: z.uuid().meta({ description: 'the agent', examples: ['eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4b'] }),
});

/** How long each of an agent's addresses may ring, in milliseconds. */
const timeout = 60_000;

export default defineAction({
  type: 'agent_call',
  summary: "Deprecated, use `connect`: connects the caller to an agent, by the agent's `ring_method`.",
  needs: 'call',
  option,
  example: { agent_id: 'eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4b' },

  refersTo: (written) => referenceAt(written, 'agent_id', 'agent'),
  warnings: () => [{ path: '', message: 'agent_call is deprecated: use connect' }],

  async run(context, { agent_id }) {
    const { call, ports } = context;
    const agent = { type: 'agent', target: agent_id, target_name: '', name: '', detail: '' };
    const connecting = {
      ...{ source: callerOf(call), timeout },
      ...{ duration: 0, earlyMedia: false, relayReason: false },
    };
    return connect(context, connecting, async () => {
      const { addresses: destinations, method } = await ports.outgoing.partiesOf(agent);
      return { destinations, method };
    });
  },
});
