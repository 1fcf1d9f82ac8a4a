import * as z from 'zod';
import { ActionError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { referenceAt } from '../flows/written.ts';

export default defineAction({
  type: 'fetch_flow',
  summary: 'Runs the actions of a stored flow, as they are now, then goes on.',
  needs: 'nothing',
  option: z.strictObject({
    flow_id: z
      .guid('expected the id of a flow')
      .toLowerCase()
      .meta({ description: 'the stored flow', examples: ['212a32a8-9529-11ec-8bf0-8b89df407b6e'] }),
  }),
  example: { flow_id: '212a32a8-9529-11ec-8bf0-8b89df407b6e' },
  refersTo: (written) => referenceAt(written, 'flow_id', 'flow'),

  async run({ ports, signal }, { flow_id }) {
    const flow = await orAbort(ports.flows.get(flow_id), signal);
    if (!flow) throw new ActionError('NOT_FOUND', `there is no flow ${flow_id}`);
    return { go: 'into', actions: flow.actions };
  },
});
