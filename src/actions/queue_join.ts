import * as z from 'zod';
import { defineAction } from '../flows/action.ts';
import { referenceAt } from '../flows/written.ts';
import { queueUp } from '../queues/queueing.ts';

export default defineAction({
  type: 'queue_join',
  summary:
    'Waits in a queue, answered, until an agent takes the call or the queue is left; goes on when that is over. Sets `voipbin.queuecall.*`.',
  needs: 'call',
  option: z.strictObject({
    queue_id: z
      .guid('expected the id of a queue')
      .toLowerCase()
      .meta({ description: 'the queue', examples: ['99bf739a-932f-433c-b1bf-103d33d7e9bb'] }),
    priority: z.int().min(0).max(1_000).default(0).describe('higher ones are served first'),
  }),
  example: { queue_id: '99bf739a-932f-433c-b1bf-103d33d7e9bb' },
  refersTo: (written) => referenceAt(written, 'queue_id', 'queue'),

  run: (context, { queue_id: queueId, priority }) => queueUp(context, { queueId, priority }),
});
